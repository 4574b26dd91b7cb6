package org.popnet.dns.knowledge;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.popnet.platform.datagram.DatagramPort;
import org.popnet.platform.message.Message.WatchRequest;
import org.popnet.platform.message.TargetId;
import org.popnet.platform.tree.NodeName;

/**
 * Asks further probes to watch targets that a vantage point sees fail, so that they can stand in at once for vantage
 * points that fall silent; again and again while they fail. Call {@link #send} at fixed intervals.
 */
public final class WatchRequester {
    /** Targets at most in one call of {@link #send}: when half the network goes, the rest comes with the next calls. */
    static final int PER_CALL = 100;

    private static final long FOR_MS = 60_000;
    /** What the targets of one datagram may take, of 1,200 bytes with all that is around them. */
    private static final int BYTES = 1000;

    private static final int BYTES_AROUND = 3;

    private final Knowledge knowledge;
    private final DatagramPort datagrams;

    public WatchRequester(Knowledge knowledge, DatagramPort datagrams) {
        this.knowledge = knowledge;
        this.datagrams = datagrams;
    }

    public void send() {
        Map<NodeName, List<TargetId>> wanted = knowledge.wantedWatches(PER_CALL);
        wanted.forEach((probe, targets) ->
                batches(targets).forEach(batch -> datagrams.send(probe, new WatchRequest(batch, FOR_MS))));
    }

    /** As many as fit into a datagram each; names are ASCII. */
    static List<List<TargetId>> batches(List<TargetId> targets) {
        List<List<TargetId>> batches = new ArrayList<>();
        List<TargetId> batch = new ArrayList<>();
        int left = BYTES;
        for (TargetId target : targets) {
            int size = target.text().length() + BYTES_AROUND;
            if (size > left && !batch.isEmpty()) {
                batches.add(batch);
                batch = new ArrayList<>();
                left = BYTES;
            }
            batch.add(target);
            left -= size;
        }
        if (!batch.isEmpty()) {
            batches.add(batch);
        }
        return batches;
    }
}
