package org.popnet.log.billing;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
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
    private final Map<Late, long[]> late = new HashMap<>();
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
        String domain = Aggregator.domain(customer, access.site());
        String pop = access.node().pop();
        Month of = Month.containing(access.accounted());
        if (!of.equals(month)) {
            count(late.computeIfAbsent(new Late(of.toString(), domain, pop), k -> new long[3]), access);
            return;
        }
        long interval = Math.floorDiv(access.accounted().toEpochMilli(), INTERVAL_MS);
        for (Part part :
                new Part[] {new Part(domain, pop), new Part(domain, ""), new Part("", pop), new Part("", "")}) {
            count(
                    intervals.computeIfAbsent(part, p -> new HashMap<>()).computeIfAbsent(interval, i -> {
                        if (++cells > CELLS_MAX) {
                            throw new IllegalStateException("more than " + CELLS_MAX + " five-minute figures");
                        }
                        return new long[3];
                    }),
                    access);
        }
    }

    private static void count(long[] sums, RawAccesses.Access access) {
        sums[0]++;
        sums[1] += access.bytesOut();
        sums[2] += access.bytesIn();
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
        late.forEach((key, sums) -> adjustments.put(key, new Usage(sums[0], sums[1], sums[2], 0)));
        return adjustments;
    }
}
