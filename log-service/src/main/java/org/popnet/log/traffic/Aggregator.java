package org.popnet.log.traffic;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.popnet.log.audience.AudienceCounts;
import org.popnet.log.audience.AudienceStore;
import org.popnet.platform.spool.AccessRecord;
import org.popnet.platform.tree.Customer;
import org.popnet.platform.tree.NodeName;

/** Sums up the records of one transaction. For one thread. */
public final class Aggregator {
    static final long MINUTE_MS = 60_000;
    static final long HOUR_MS = 3_600_000;
    /** What stands in for the host names of requests that belong to no customer: anyone can invent those. */
    public static final String OTHER = "other";
    /** Stands for all domains of a customer. */
    static final String ALL = "";

    private final Map<Cell, TrafficSums> minutes = new HashMap<>();
    private final Map<AudienceStore.Group, AudienceCounts> audience = new TreeMap<>();
    private final Map<SecondOf, long[]> seconds = new HashMap<>();

    /** Where a record is counted; ordered, so that two log servers take row locks in the same order. */
    record Cell(long timeMs, String customer, String domain, String pop) implements Comparable<Cell> {
        @Override
        public int compareTo(Cell o) {
            int by = customer.compareTo(o.customer);
            by = by != 0 ? by : Long.compare(timeMs, o.timeMs);
            by = by != 0 ? by : domain.compareTo(o.domain);
            return by != 0 ? by : pop.compareTo(o.pop);
        }

        private Cell over(Interval interval, boolean allDomains) {
            return new Cell(interval.start(timeMs), customer, allDomains ? ALL : domain, pop);
        }
    }

    record SecondOf(String customer, long second) {}

    /** Counts a record at a time. */
    public void add(String customer, NodeName sender, long accountedMs, AccessRecord record) {
        String domain = domain(customer, record.site());
        minutes.computeIfAbsent(
                        new Cell(Interval.MINUTE.start(accountedMs), customer, domain, sender.pop()),
                        c -> new TrafficSums())
                .add(record);
        audience.computeIfAbsent(
                        new AudienceStore.Group(Interval.HOUR.start(accountedMs), customer, domain),
                        g -> new AudienceCounts())
                .add(record);
        long[] second =
                seconds.computeIfAbsent(new SecondOf(customer, Math.floorDiv(accountedMs, 1000)), s -> new long[2]);
        second[0]++;
        second[1] += record.bytesOut();
    }

    /** The domain that a record's site is counted under. */
    public static String domain(String customer, String site) {
        if (customer.equals(Customer.NETWORK) || site.isEmpty()) {
            return OTHER;
        }
        // PostgreSQL's texts hold any character but this one.
        return site.indexOf('\0') < 0 ? site : site.replace('\0', '\uFFFD');
    }

    /** In the order of their cells. */
    Map<Cell, TrafficSums> sums(Interval interval, boolean allDomains) {
        Map<Cell, TrafficSums> sums = new TreeMap<>();
        minutes.forEach((cell, counted) -> sums.computeIfAbsent(cell.over(interval, allDomains), c -> new TrafficSums())
                .add(counted));
        return sums;
    }

    Map<AudienceStore.Group, AudienceCounts> audience() {
        return audience;
    }

    Map<SecondOf, long[]> seconds() {
        return seconds;
    }
}
