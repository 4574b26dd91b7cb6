package org.popnet.fetch.serve;

import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.popnet.caching.CachePolicy;
import org.popnet.caching.Freshness;
import org.popnet.caching.Headers;
import org.popnet.caching.HttpDates;
import org.popnet.caching.Storability;
import org.popnet.caching.Vary;
import org.popnet.fetch.origin.OriginResponse;
import org.popnet.fetch.store.StoredHead;

/** Whether a response may be stored, and the head that is stored of it, by the rules of a shared cache. */
final class StoredHeads implements LargeResponses.Heads {
    private final CachePolicy policy;

    StoredHeads(CachePolicy policy) {
        this.policy = policy;
    }

    /** @param received its fields, dated */
    boolean storable(FetchRequest request, OriginResponse response, Headers received) {
        return Storability.of(
                        request.method(),
                        request.headers(),
                        response.status(),
                        received,
                        policy,
                        response.responseTimeMs())
                .storable();
    }

    /** @param received its fields, dated */
    StoredHead head(FetchRequest request, OriginResponse response, Headers received) {
        return head(request, response.status(), received, response);
    }

    /** Of a response that was confirmed or is the whole, whatever status said so. */
    StoredHead head(FetchRequest request, int status, Headers fields, OriginResponse times) {
        Vary vary = Vary.of(fields);
        return new StoredHead(
                status,
                fields.without("Age"),
                vary,
                vary.key(request.headers()),
                Freshness.of(status, fields, policy, times.requestTimeMs(), times.responseTimeMs()),
                request.domain().tags() ? tags(fields) : List.of(),
                times.responseTimeMs());
    }

    /** The head to store of a part, as if it were the whole; null if it may not be stored. */
    @Override
    public @Nullable StoredHead of(FetchRequest request, OriginResponse response, Headers fields) {
        return Storability.of("GET", request.headers(), 200, fields, policy, response.responseTimeMs())
                        .storable()
                ? head(request, 200, fields, response)
                : null;
    }

    private static List<String> tags(Headers received) {
        return received.all("Surrogate-Key").stream()
                .flatMap(line -> Arrays.stream(line.strip().split("[ \\t]+")))
                .filter(tag -> !tag.isEmpty())
                .distinct()
                .toList();
    }

    /** RFC 9110 §6.6.1: a response without {@code Date} is of the moment it came. */
    static Headers dated(OriginResponse response) {
        Headers received = response.headers();
        return received.contains("Date")
                ? received
                : received.with("Date", HttpDates.format(Instant.ofEpochMilli(response.responseTimeMs())));
    }
}
