package org.popnet.log.queries;

import java.util.Comparator;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.popnet.platform.spool.QueryRecord;
import org.popnet.platform.tree.Customer;
import org.popnet.platform.tree.NodeName;

/** Sums up the queries of one transaction. For one thread. */
public final class QuerySums {
    /** Stands in for what anyone can invent: names of no customer, types and answer codes beyond the usual. */
    static final String OTHER = "other";

    private static final long MINUTE_MS = 60_000;
    private static final long HOUR_MS = 3_600_000;
    private static final Set<String> TYPES = Set.of(
            "A", "AAAA", "HTTPS", "SVCB", "SRV", "SOA", "NS", "TXT", "MX", "CNAME", "CAA", "DS", "DNSKEY", "PTR",
            "ANY");
    private static final Set<String> RCODES = Set.of(
            "NOERROR", "NXDOMAIN", "REFUSED", "SERVFAIL", "FORMERR", "NOTIMP", "NOTAUTH", "BADVERS", "BADCOOKIE");

    private final Map<Cell, Sums> minutes = new TreeMap<>();

    /** Where a query is counted; ordered, so that two log servers take row locks in the same order. */
    record Cell(long timeMs, String customer, String domain, String node, String type, String rcode)
            implements Comparable<Cell> {
        private static final Comparator<Cell> ORDER = Comparator.comparing(Cell::customer)
                .thenComparingLong(Cell::timeMs)
                .thenComparing(Cell::domain)
                .thenComparing(Cell::node)
                .thenComparing(Cell::type)
                .thenComparing(Cell::rcode);

        @Override
        public int compareTo(Cell o) {
            return ORDER.compare(this, o);
        }

        Cell ofHour() {
            return new Cell(timeMs - Math.floorMod(timeMs, HOUR_MS), customer, domain, node, type, rcode);
        }
    }

    /** Of one cell; times in microseconds. */
    static final class Sums {
        long queries;
        long records;
        long withSubnet;
        long overTcp;
        long micros;
        long microsMax;

        private void add(Sums other) {
            queries += other.queries;
            records += other.records;
            withSubnet += other.withSubnet;
            overTcp += other.overTcp;
            micros += other.micros;
            microsMax = Math.max(microsMax, other.microsMax);
        }
    }

    /** Counts a record at a time. */
    public void add(String customer, NodeName sender, long accountedMs, QueryRecord record) {
        String domain =
                customer.equals(Customer.NETWORK) ? OTHER : record.domain().replace('\0', '\uFFFD');
        Sums sums = minutes.computeIfAbsent(
                new Cell(
                        accountedMs - Math.floorMod(accountedMs, MINUTE_MS),
                        customer,
                        domain,
                        sender.toString(),
                        usual(TYPES, record.type()),
                        usual(RCODES, record.rcode())),
                c -> new Sums());
        sums.queries += record.sampled();
        sums.records++;
        sums.withSubnet += record.subnet() == null ? 0 : record.sampled();
        sums.overTcp += record.transport().equals("UDP") ? 0 : record.sampled();
        sums.micros += record.micros();
        sums.microsMax = Math.max(sums.microsMax, record.micros());
    }

    private static String usual(Set<String> usual, String text) {
        return usual.contains(text) ? text : OTHER;
    }

    Map<Cell, Sums> minutes() {
        return minutes;
    }

    Map<Cell, Sums> hours() {
        Map<Cell, Sums> hours = new TreeMap<>();
        minutes.forEach((cell, sums) ->
                hours.computeIfAbsent(cell.ofHour(), c -> new Sums()).add(sums));
        return hours;
    }
}
