package org.popnet.dns.knowledge;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.popnet.platform.message.Message.LoadReport;
import org.popnet.platform.tree.NodeName;

/** How busy content machines say they are, smoothed so that one second does not swing the steering. */
final class LoadTable {
    private static final double SMOOTHING = 0.3;

    private final Map<NodeName, Entry> entries = new HashMap<>();
    private final long staleMs;

    private record Entry(double requestsPerSecond, long atMs) {}

    LoadTable(long staleMs) {
        this.staleMs = staleMs;
    }

    void take(NodeName node, LoadReport report, long nowMs) {
        double rate = Math.max(0, report.requestsPerSecond());
        Entry before = entries.get(node);
        if (before != null && nowMs - before.atMs() <= staleMs) {
            rate = before.requestsPerSecond() + SMOOTHING * (rate - before.requestsPerSecond());
        }
        if (Double.isFinite(rate)) {
            entries.put(node, new Entry(rate, nowMs));
        }
    }

    /** The share of its capacity that a node uses; 0 if it has not told lately. */
    float utilisation(NodeName node, double capacityPerSecond, long nowMs) {
        Entry entry = entries.get(node);
        return entry == null || nowMs - entry.atMs() > staleMs
                ? 0
                : (float) (entry.requestsPerSecond() / capacityPerSecond);
    }

    void retain(Set<NodeName> nodes) {
        entries.keySet().retainAll(nodes);
    }

    int size() {
        return entries.size();
    }
}
