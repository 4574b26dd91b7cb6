package org.popnet.log.traffic;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.popnet.platform.spool.AccessRecord;
import org.popnet.platform.tree.Customer;
import org.popnet.platform.tree.NodeName;

/** Sums up the records of one transaction. For one thread. */
public final class Aggregator {
    static final long MINUTE_MS = 60_000;
    static final long HOUR_MS = 3_600_000;
    /** What stands in for the host names of requests that belong to no customer: anyone can invent those. */
    static final String OTHER = "other";

    private final Map<Cell, TrafficSums> minutes = new TreeMap<>();
    private final Map<UrlGroup, Map<String, long[]>> urls = new TreeMap<>();
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

        Cell ofHour() {
            return new Cell(timeMs - Math.floorMod(timeMs, HOUR_MS), customer, domain, pop);
        }
    }

    record UrlGroup(long hourMs, String customer, String domain) implements Comparable<UrlGroup> {
        @Override
        public int compareTo(UrlGroup o) {
            int by = customer.compareTo(o.customer);
            by = by != 0 ? by : Long.compare(hourMs, o.hourMs);
            return by != 0 ? by : domain.compareTo(o.domain);
        }
    }

    record SecondOf(String customer, long second) {}

    /** Counts a record at a time. */
    public void add(String customer, NodeName sender, long accountedMs, AccessRecord record) {
        String domain = customer.equals(Customer.NETWORK) ? OTHER : storable(record.site());
        long minute = accountedMs - Math.floorMod(accountedMs, MINUTE_MS);
        minutes.computeIfAbsent(new Cell(minute, customer, domain, sender.pop()), c -> new TrafficSums())
                .add(record);
        long hour = accountedMs - Math.floorMod(accountedMs, HOUR_MS);
        long[] url = urls.computeIfAbsent(new UrlGroup(hour, customer, domain), g -> new HashMap<>())
                .computeIfAbsent(storable(record.url()), u -> new long[2]);
        url[0]++;
        url[1] += record.bytesOut();
        long[] second =
                seconds.computeIfAbsent(new SecondOf(customer, Math.floorDiv(accountedMs, 1000)), s -> new long[2]);
        second[0]++;
        second[1] += record.bytesOut();
    }

    /** PostgreSQL's texts hold any character but this one. */
    private static String storable(String text) {
        return text.indexOf('\0') < 0 ? text : text.replace('\0', '\uFFFD');
    }

    Map<Cell, TrafficSums> minutes() {
        return minutes;
    }

    Map<Cell, TrafficSums> hours() {
        Map<Cell, TrafficSums> hours = new TreeMap<>();
        minutes.forEach((cell, sums) ->
                hours.computeIfAbsent(cell.ofHour(), c -> new TrafficSums()).add(sums));
        return hours;
    }

    Map<UrlGroup, Map<String, long[]>> urls() {
        return urls;
    }

    Map<SecondOf, long[]> seconds() {
        return seconds;
    }
}
