package org.popnet.netview.backend;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.popnet.netview.page.State;

/**
 * A flush as the admin service records it.
 *
 * @param number its place in the site's history, from 1
 * @param kind one of the names of {@code FlushOrder.Kind}
 * @param done whether every node has given its receipt
 */
public record Flushed(
        String site,
        long number,
        String kind,
        String value,
        @Nullable String requestedBy,
        @Nullable Instant requestedAt,
        boolean done,
        @Nullable List<Receipt> receipts) {

    /** @param state {@code PENDING}, {@code DONE} or {@code FAILED} */
    public record Receipt(
            String node,
            @Nullable String service,
            String state,
            @Nullable Long objects,
            @Nullable Long tookMs,
            @Nullable String detail) {
        public State standing() {
            return State.of(state);
        }
    }

    public List<Receipt> allReceipts() {
        return receipts == null ? List.of() : receipts;
    }

    public long receiptsDone() {
        return allReceipts().stream().filter(r -> r.state().equals("DONE")).count();
    }

    public long receiptsFailed() {
        return allReceipts().stream().filter(r -> r.state().equals("FAILED")).count();
    }

    /** Objects removed so far, over all nodes. */
    public long objects() {
        return allReceipts().stream()
                .mapToLong(r -> r.objects() == null ? 0 : r.objects())
                .sum();
    }

    /** What was flushed, in words: {@code everything}, {@code tag news}. */
    public String what() {
        return switch (kind) {
            case "ALL" -> "everything";
            case "TAG" -> "tag " + value;
            case "PREFIX" -> value + "…";
            default -> value;
        };
    }
}
