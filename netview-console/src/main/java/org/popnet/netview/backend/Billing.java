package org.popnet.netview.backend;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a log server tells of a customer's monthly statements. Months are UTC, such as {@code 2026-11}. */
public final class Billing {
    private Billing() {}

    /**
     * A month.
     *
     * @param state {@code CLOSED}, or {@code OPEN} while figures still change
     * @param p95BitsPerSecond the bandwidth that 5 % of the month's five-minute intervals exceed
     * @param adjustmentBytesOut what is billed with it of months that were closed before it came
     */
    public record Head(
            String month,
            String state,
            @Nullable Instant closedAt,
            @Nullable Instant dataUpTo,
            boolean forced,
            long requests,
            long bytesOut,
            long bytesIn,
            long p95BitsPerSecond,
            long adjustmentRequests,
            long adjustmentBytesOut) {
        public boolean closed() {
            return state.equals("CLOSED");
        }
    }

    /** A part of a month; an empty domain or POP stands for all. */
    public record Line(String domain, String pop, long requests, long bytesOut, long bytesIn, long p95BitsPerSecond) {}

    /** What came of an earlier month after that was closed. */
    public record Adjustment(String ofMonth, String domain, String pop, long requests, long bytesOut, long bytesIn) {}

    public record Statement(Head head, List<Line> lines, List<Adjustment> adjustments) {}
}
