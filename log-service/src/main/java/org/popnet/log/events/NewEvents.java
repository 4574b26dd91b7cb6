package org.popnet.log.events;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.popnet.platform.spool.EventRecord;
import org.popnet.platform.tree.NodeName;

/** The events of one transaction. For one thread. */
public final class NewEvents {
    private static final long HOUR_MS = 3_600_000;

    private final Map<Group, List<Event>> groups = new TreeMap<>();

    /** What is counted and bounded together; ordered, so that two log servers take row locks in the same order. */
    record Group(String customer, long hourMs, String kind) implements Comparable<Group> {
        @Override
        public int compareTo(Group o) {
            int by = customer.compareTo(o.customer);
            by = by != 0 ? by : Long.compare(hourMs, o.hourMs);
            return by != 0 ? by : kind.compareTo(o.kind);
        }
    }

    record Event(long timeMs, NodeName node, EventRecord record) {}

    public void add(String customer, NodeName sender, long accountedMs, EventRecord record) {
        long hour = accountedMs - Math.floorMod(accountedMs, HOUR_MS);
        String kind = record.kind().replace('\0', '\uFFFD');
        groups.computeIfAbsent(new Group(customer, hour, kind), g -> new ArrayList<>())
                .add(new Event(accountedMs, sender, record));
    }

    Map<Group, List<Event>> groups() {
        return groups;
    }
}
