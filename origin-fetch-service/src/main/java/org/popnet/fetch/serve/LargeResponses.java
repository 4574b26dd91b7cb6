package org.popnet.fetch.serve;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.popnet.caching.ByteRange;
import org.popnet.caching.Headers;
import org.popnet.caching.Segments;
import org.popnet.fetch.origin.OriginResponse;
import org.popnet.fetch.origin.OriginUnavailableException;
import org.popnet.fetch.store.DiskTier;
import org.popnet.fetch.store.DiskTier.Found;
import org.popnet.fetch.store.ObjectKey;
import org.popnet.fetch.store.StoredHead;

/**
 * Responses that are kept and fetched by segments of 1 MiB, each an object of its own: so a range of a film costs its
 * segments only, and the store forgets the parts of it that nobody watches.
 *
 * <p>A response is handled so if it is long, its server takes ranges and gives it a strong entity tag, and nothing selects
 * among variants of it. Each segment knows the whole's length and tag, so there is no table that could contradict them.
 */
final class LargeResponses {
    private final DiskTier disk;
    private final Fills fills;
    private final OriginHeaders originHeaders;
    private final Heads heads;
    private final Asking asking;
    private final Flushes flushes;
    private final PipelineSettings settings;
    private final InstantSource clock;
    private final MeterRegistry meters;
    /** URLs of which a range has shown that they are not handled so. */
    private final Cache<ObjectKey, Boolean> others;

    /** Asks the customer's servers. */
    interface Asking {
        OriginResponse ask(FetchRequest request, Headers headers) throws OriginUnavailableException;
    }

    /** Makes the head that is stored of a response; null if the response is not for storing. */
    interface Heads {
        @Nullable StoredHead of(FetchRequest request, OriginResponse response, Headers fields);
    }

    LargeResponses(
            DiskTier disk,
            Fills fills,
            OriginHeaders originHeaders,
            Heads heads,
            Asking asking,
            Flushes flushes,
            PipelineSettings settings,
            InstantSource clock,
            MeterRegistry meters) {
        this.disk = disk;
        this.fills = fills;
        this.originHeaders = originHeaders;
        this.heads = heads;
        this.asking = asking;
        this.flushes = flushes;
        this.settings = settings;
        this.clock = clock;
        this.meters = meters;
        this.others = Caffeine.newBuilder()
                .maximumSize(settings.passUrlsMax())
                .expireAfterWrite(settings.passFor())
                .build();
    }

    /** A body that turned out to be of another version than it began with, or not to be made of segments. */
    static final class ChangedException extends Exception {
        private static final long serialVersionUID = 1L;

        ChangedException(String message) {
            super(message, null, false, false);
        }
    }

    /** @return a body if segments of this URL are stored, or a range far inside asks for one; else null */
    @Nullable LargeBody known(FetchRequest request) {
        long first = first(request);
        LargeVersion version = first < 0 ? null : stored(request, first);
        if (version == null) {
            version = stored(request, 0);
        }
        if (version != null) {
            return body(request, version);
        }
        return first >= Segments.BYTES && !request.head() && others.getIfPresent(request.key()) == null
                ? body(request, null)
                : null;
    }

    private @Nullable LargeVersion stored(FetchRequest request, long position) {
        ObjectKey key = request.key().at(Segments.at(position));
        if (disk.find(key, request.headers()) instanceof Found.Hit(var object)) {
            try (object) {
                return LargeVersion.of(object.head());
            }
        }
        return null;
    }

    /** Where the request's only range begins; -1 if it has none, several, or one from the end. */
    static long first(FetchRequest request) {
        ByteRange range = ByteRange.sole(request.headers());
        return range == null ? -1 : range.first();
    }

    /** Where the request's only range ends, inclusive; {@link Long#MAX_VALUE} for the end of the whole. */
    static long last(FetchRequest request) {
        ByteRange range = ByteRange.sole(request.headers());
        return range == null ? Long.MAX_VALUE : range.last();
    }

    LargeBody body(FetchRequest request, @Nullable LargeVersion version) {
        LargeOrigin origin =
                new LargeOrigin(disk, originHeaders, heads, asking, settings, clock, meters, request, version);
        return new LargeBody(disk, fills, flushes, settings, clock, meters, request, origin);
    }

    /** @return the version that this whole response is of, if it is to be kept by segments; else null */
    @Nullable LargeVersion versionOf(FetchRequest request, OriginResponse response, Headers received) {
        String ranges = received.combined("Accept-Ranges");
        if (response.status() != 200
                || request.head()
                || response.length() < settings.segmentsFrom().toBytes()
                || ranges == null
                || !ranges.strip().equalsIgnoreCase("bytes")) {
            return null;
        }
        StoredHead head = heads.of(request, response, received);
        return head == null ? null : LargeVersion.of(head, response.length());
    }

    /** From now on, ranges of this URL are not tried by themselves. */
    void notSegmented(FetchRequest request) {
        others.put(request.key(), true);
    }
}
