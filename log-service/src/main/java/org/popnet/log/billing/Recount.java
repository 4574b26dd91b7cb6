package org.popnet.log.billing;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.popnet.log.raw.RawAccesses;
import org.popnet.log.traffic.Aggregator;

/**
 * Counts accesses again, from raw logs alone and by other means than those that made the statement. Bounded; for one
 * thread.
 */
final class Recount {
    /** Five-minute figures that are held: some 500 MB. */
    private static final int CELLS_MAX = 5_000_000;

    private static final long INTERVAL_MS = Usage.INTERVAL_SECONDS * 1000;

    private final String customer;
    private final Month month;
    private final Map<Part, Map<Long, long[]>> intervals = new HashMap<>();
    private final Map<Late, Map<Long, long[]>> late = new HashMap<>();
    private int cells;

    /** A line's key; empty stands for all. */
    record Part(String domain, String pop) {}

    /** An adjustment's key. */
    record Late(String ofMonth, String domain, String pop) {}

    Recount(String customer, Month month) {
        this.customer = customer;
        this.month = month;
    }

    void add(RawAccesses.Access access) {
        add(new ServerPart.Cell(
                Aggregator.domain(customer, access.site()),
                access.node().pop(),
                Math.floorDiv(access.accounted().toEpochMilli(), INTERVAL_MS),
                1,
                access.bytesOut(),
                access.bytesIn()));
    }

    void add(ServerPart.Cell cell) {
        String domain = cell.domain();
        String pop = cell.pop();
        long interval = cell.interval();
        Month of = Month.containing(Instant.ofEpochMilli(interval * INTERVAL_MS));
        if (!of.equals(month)) {
            count(
                    late.computeIfAbsent(new Late(of.toString(), domain, pop), k -> new TreeMap<>())
                            .computeIfAbsent(interval, this::cell),
                    cell);
            return;
        }
        for (Part part :
                new Part[] {new Part(domain, pop), new Part(domain, ""), new Part("", pop), new Part("", "")}) {
            count(intervals.computeIfAbsent(part, p -> new HashMap<>()).computeIfAbsent(interval, this::cell), cell);
        }
    }

    private long[] cell(long interval) {
        if (++cells > CELLS_MAX) {
            throw new IllegalStateException("more than " + CELLS_MAX + " five-minute figures");
        }
        return new long[3];
    }

    private static void count(long[] sums, ServerPart.Cell cell) {
        sums[0] += cell.requests();
        sums[1] += cell.bytesOut();
        sums[2] += cell.bytesIn();
    }

    /** All that was added, by domain, POP and interval. */
    List<ServerPart.Cell> cells() {
        List<ServerPart.Cell> all = new ArrayList<>();
        intervals.forEach((part, of) -> {
            if (!part.domain().isEmpty() && !part.pop().isEmpty()) {
                list(part.domain(), part.pop(), of, all);
            }
        });
        late.forEach((part, of) -> list(part.domain(), part.pop(), of, all));
        return all;
    }

    private static void list(String domain, String pop, Map<Long, long[]> intervals, List<ServerPart.Cell> to) {
        intervals.forEach(
                (interval, sums) -> to.add(new ServerPart.Cell(domain, pop, interval, sums[0], sums[1], sums[2])));
    }

    Map<Part, Usage> lines() {
        Map<Part, Usage> lines = new HashMap<>();
        intervals.forEach((part, of) -> {
            long[] busy =
                    of.values().stream().mapToLong(sums -> sums[1]).sorted().toArray();
            // All intervals of the month take part; those without an access come before the first of these.
            int atP95 = busy.length - month.p95Place();
            lines.put(
                    part,
                    new Usage(
                            of.values().stream().mapToLong(sums -> sums[0]).sum(),
                            Arrays.stream(busy).sum(),
                            of.values().stream().mapToLong(sums -> sums[2]).sum(),
                            atP95 < 0 ? 0 : busy[atP95]));
        });
        return lines;
    }

    Map<Late, Usage> adjustments() {
        Map<Late, Usage> adjustments = new HashMap<>();
        late.forEach((key, of) -> adjustments.put(
                key,
                new Usage(
                        of.values().stream().mapToLong(sums -> sums[0]).sum(),
                        of.values().stream().mapToLong(sums -> sums[1]).sum(),
                        of.values().stream().mapToLong(sums -> sums[2]).sum(),
                        0)));
        return adjustments;
    }
}
