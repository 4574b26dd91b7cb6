package org.popnet.log.intake;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.popnet.platform.tree.NodeName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says once an hour for each node that its clock is wrong. For one thread; as large as the network. */
final class ClockAlarm {
    private static final Logger log = LoggerFactory.getLogger(ClockAlarm.class);
    private static final long AGAIN_MS = Duration.ofHours(1).toMillis();

    private final Map<NodeName, Long> saidMs = new HashMap<>();

    /** @param skewMs how far our clock is ahead of the node's */
    void wrong(NodeName node, long skewMs, long nowMs) {
        Long said = saidMs.get(node);
        if (said == null || nowMs - said >= AGAIN_MS) {
            saidMs.put(node, nowMs);
            log.warn(
                    "the clock of {} is {} s {} ours: its records are accounted by ours; see to its time service",
                    node,
                    Math.abs(skewMs) / 1000,
                    skewMs > 0 ? "behind" : "ahead of");
        }
    }
}
