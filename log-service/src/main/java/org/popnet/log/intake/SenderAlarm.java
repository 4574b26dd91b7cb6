package org.popnet.log.intake;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.popnet.platform.message.Message.Lost;
import org.popnet.platform.tree.NodeName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says once an hour what is wrong with a sender. For one thread; as large as the network. */
final class SenderAlarm {
    private static final Logger log = LoggerFactory.getLogger(SenderAlarm.class);
    private static final long AGAIN_MS = Duration.ofHours(1).toMillis();

    private final Map<NodeName, Long> clockSaidMs = new HashMap<>();
    private final Map<LosingSpool, Long> lossSaidMs = new HashMap<>();

    private record LosingSpool(NodeName node, String customer) {}

    /** @param skewMs how far our clock is ahead of the node's */
    void clockIsWrong(NodeName node, long skewMs, long nowMs) {
        if (isDue(clockSaidMs, node, nowMs)) {
            log.warn(
                    "the clock of {} is {} s {} ours: its records are accounted by ours; see to its time service",
                    node,
                    Math.abs(skewMs) / 1000,
                    skewMs > 0 ? "behind" : "ahead of");
        }
    }

    /** @param lost all that it did not keep for the customer */
    void recordsWereLost(NodeName node, String customer, Lost lost, long nowMs) {
        if (isDue(lossSaidMs, new LosingSpool(node, customer), nowMs)) {
            log.error(
                    "{} says that it had no room for {} records of {}: its figures have a gap; see /logs/completeness",
                    node,
                    lost.records(),
                    customer);
        }
    }

    private static <K> boolean isDue(Map<K, Long> saidMs, K what, long nowMs) {
        Long said = saidMs.get(what);
        if (said != null && nowMs - said < AGAIN_MS) {
            return false;
        }
        saidMs.put(what, nowMs);
        return true;
    }
}
