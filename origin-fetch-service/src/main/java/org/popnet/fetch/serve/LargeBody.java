package org.popnet.fetch.serve;

import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.io.OutputStream;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.popnet.caching.ByteRange;
import org.popnet.caching.Headers;
import org.popnet.caching.Segments;
import org.popnet.fetch.origin.OriginResponse;
import org.popnet.fetch.origin.OriginUnavailableException;
import org.popnet.fetch.origin.OriginUnavailableException.Reason;
import org.popnet.fetch.serve.Answer.Result;
import org.popnet.fetch.serve.Fill.Outcome;
import org.popnet.fetch.serve.Fills.Slot;
import org.popnet.fetch.serve.LargeResponses.ChangedException;
import org.popnet.fetch.store.DiskTier;
import org.popnet.fetch.store.DiskTier.Found;
import org.popnet.fetch.store.NewObject;
import org.popnet.fetch.store.StoredHead;
import org.popnet.fetch.store.StoredObject;

/**
 * A large response's body for one request, put together segment by segment: from disk, from a fetch that runs, or by a
 * fetch of its own, which brings the following missing segments too, {@value #RUN_SEGMENTS_MAX} at most. All of it is of
 * one {@link LargeVersion}; where a part turns out to be of another, the old version's segments are discarded, and an
 * answer that has begun breaks off.
 */
final class LargeBody implements AutoCloseable {
    static final int RUN_SEGMENTS_MAX = 16;
    private static final int ROUNDS_MAX = 8;
    private static final int FAILURES_MAX = 3;
    private static final long SEGMENT_BYTES = Segments.BYTES;

    private final DiskTier disk;
    private final Fills fills;
    private final Flushes flushes;
    private final PipelineSettings settings;
    private final InstantSource clock;
    private final MeterRegistry meters;
    private final FetchRequest request;

    private final LargeOrigin origin;
    private @Nullable Piece piece;
    private Result result = Result.HIT;
    private boolean confirmed;
    private int failures;

    LargeBody(
            DiskTier disk,
            Fills fills,
            Flushes flushes,
            PipelineSettings settings,
            InstantSource clock,
            MeterRegistry meters,
            FetchRequest request,
            LargeOrigin origin) {
        this.disk = disk;
        this.fills = fills;
        this.flushes = flushes;
        this.settings = settings;
        this.clock = clock;
        this.meters = meters;
        this.request = request;
        this.origin = origin;
    }

    /** A segment that this request fetches for all who want it. */
    private record Lead(Slot slot, Fill fill) {}

    /** Known once the body is open. */
    LargeVersion version() {
        return origin.version();
    }

    boolean hasVersion() {
        return origin.hasVersion();
    }

    /** Where the first piece came from. */
    Result result() {
        return result;
    }

    /**
     * Finds what begins at this position.
     *
     * @param last where the wanted part ends, inclusive; {@link Long#MAX_VALUE} for the end of the whole
     */
    void open(long position, long last) throws OriginUnavailableException, ChangedException {
        if (piece == null || piece.first() > position || piece.end() <= position) {
            close();
            result = Result.HIT;
            piece = obtain(position, last);
        }
    }

    /** Takes the body of a response that begins at 0, as far as it is wanted, and closes it. */
    void begin(OriginResponse response, long last) throws OriginUnavailableException, ChangedException {
        Slot slot = slot(0);
        Fills.Place place = fills.joinOrLead(slot);
        if (place.leads()) {
            List<Lead> parts = lead(slot, place.fill(), last);
            piece = run(response, parts, 0);
        } else {
            response.close();
            piece = obtain(0, last);
        }
    }

    /**
     * Writes a part of the body.
     *
     * @throws IOException if it cannot be had whole
     */
    void copyTo(OutputStream to, long first, long count) throws IOException {
        CountedOutput out = new CountedOutput(to);
        long end = first + count;
        while (first + out.count() < end) {
            long at = first + out.count();
            try {
                open(at, end - 1);
                Piece from = Objects.requireNonNull(piece);
                long part = Math.min(end, from.end()) - at;
                from.copyTo(out, at, part);
                meters.counter("popnet.fetch.large.bytes", "from", from.source())
                        .increment(part);
                if (from instanceof Piece.Direct) {
                    close(); // read up to here, it is of no more use
                }
                if (at + SEGMENT_BYTES < end && !(from instanceof Piece.OnDisk)) {
                    out.flush();
                }
            } catch (ChangedException e) {
                throw new IOException(e.getMessage(), e);
            } catch (OriginUnavailableException e) {
                throw e;
            } catch (IOException e) {
                if (out.failed() || ++failures > FAILURES_MAX) {
                    throw e;
                }
                if (piece instanceof Piece.OnDisk(StoredObject object, long f, long l)) {
                    disk.dropCorrupt(object, e);
                }
                close(); // and go on from where it broke
            }
        }
    }

    // --- finding a piece

    private Piece obtain(long at, long last) throws OriginUnavailableException, ChangedException {
        int segment = Segments.at(at);
        for (int round = 0; round < ROUNDS_MAX; round++) {
            boolean absent = true;
            if (disk.find(request.key().at(segment), request.headers()) instanceof Found.Hit(StoredObject object)) {
                absent = false;
                if (usable(object)) {
                    long first = segment * SEGMENT_BYTES;
                    return new Piece.OnDisk(object, first, first + object.length());
                }
                object.close();
            }
            Slot slot = slot(segment);
            Fills.Place place = fills.joinOrLead(slot);
            if (place.leads() && absent && disk.contains(slot.key())) {
                fills.stored(slot, place.fill());
                continue;
            }
            Piece found = place.leads()
                    ? fetch(lead(slot, place.fill(), last), segment * SEGMENT_BYTES)
                    : follow(place.fill(), segment, at, last);
            if (found != null) {
                return found;
            }
        }
        return direct(at, last);
    }

    private Slot slot(int segment) {
        return new Slot(request.key().at(segment), "");
    }

    /** Whether the stored segment can be sent; confirms it if it is stale. */
    private boolean usable(StoredObject object) throws OriginUnavailableException, ChangedException {
        LargeVersion theirs = LargeVersion.of(object.head());
        if (!origin.is(theirs)) {
            if (theirs != null
                    && object.head().storedAtMs() >= origin.version().head().storedAtMs()) {
                object.close();
                throw origin.changed("a newer version is stored");
            }
            disk.forget(object);
            return false;
        }
        if (!disk.isSinceStart(object) && !flushes.learnt(request.domain().name())) {
            return false;
        }
        try {
            object.verifyAt(0);
        } catch (IOException e) {
            disk.dropCorrupt(object, e);
            return false;
        }
        return confirmed || object.head().freshness().freshAt(clock.millis()) || confirm(object);
    }

    /** If the version is still the right one, that holds for all of this body. */
    private boolean confirm(StoredObject object) throws OriginUnavailableException, ChangedException {
        boolean kept = false;
        try {
            result = origin.confirm(object);
            confirmed = result == Result.REVALIDATED;
            kept = true;
            return true;
        } finally {
            if (!kept) {
                object.close();
            }
        }
    }

    private @Nullable Piece follow(Fill fill, int segment, long at, long last)
            throws OriginUnavailableException, ChangedException {
        Outcome outcome;
        try {
            outcome = fill.await(settings.headWait());
        } catch (IOException e) {
            outcome = null;
        }
        switch (outcome) {
            case null ->
                throw new OriginUnavailableException(Reason.TIMEOUT, "waited for another request's fetch", null);
            case Outcome.Streaming(StoredHead head, long length) -> {
                if (!origin.is(LargeVersion.of(head))) {
                    throw origin.changed("another version is being fetched");
                }
                Fill.Reader reader = fill.join();
                if (reader == null) {
                    return null;
                }
                result = Result.COLLAPSED;
                long first = segment * SEGMENT_BYTES;
                return new Piece.Arriving(reader, first, first + length);
            }
            case Outcome.NotShared() -> {
                return direct(at, last);
            }
            case Outcome.Failed(OriginUnavailableException cause) -> {
                if (++failures > FAILURES_MAX) {
                    throw cause;
                }
                return null;
            }
            case Outcome.Confirmed _, Outcome.Stored _, Outcome.InSegments _ -> {
                return null;
            }
        }
    }

    // --- fetching

    /** The segments to fetch, beginning with one that this request leads: the missing ones behind it as far as wanted. */
    private List<Lead> lead(Slot first, Fill fill, long last) {
        List<Lead> parts = new ArrayList<>();
        parts.add(new Lead(first, fill));
        Segments.together(first.key().segment(), origin.last(last), RUN_SEGMENTS_MAX, next -> {
            if (disk.contains(request.key().at(next))) {
                return false;
            }
            Slot slot = slot(next);
            Fills.Place place = fills.joinOrLead(slot);
            return place.leads() && parts.add(new Lead(slot, place.fill()));
        });
        return parts;
    }

    private Piece fetch(List<Lead> parts, long from) throws OriginUnavailableException, ChangedException {
        long to = origin.last(from + parts.size() * SEGMENT_BYTES - 1);
        boolean handedOver = false;
        try {
            OriginResponse response = origin.part(from, to);
            handedOver = true;
            return run(response, parts, from);
        } catch (OriginUnavailableException e) {
            parts.forEach(part -> part.fill().resolve(new Outcome.Failed(e)));
            throw e;
        } finally {
            if (!handedOver) {
                end(parts);
            }
        }
    }

    private void end(List<Lead> parts) {
        for (Lead part : parts) {
            part.fill()
                    .resolve(new Outcome.Failed(
                            new OriginUnavailableException(Reason.BROKEN, "another request's fetch has ended", null)));
            fills.ended(part.slot(), part.fill());
        }
    }

    /** Has the response fill the parts, or if the first cannot be stored sends it through. Takes both over. */
    private Piece run(OriginResponse response, List<Lead> parts, long from) {
        LargeVersion mine = version();
        boolean pumped = false;
        boolean direct = false;
        try {
            StoredHead head = origin.head(response);
            List<SegmentPart> run = new ArrayList<>();
            for (Lead part : parts) {
                int segment = part.slot().key().segment();
                if (head != null && Segments.first(segment) < mine.length()) {
                    run.add(of(part, head, Segments.range(segment, mine.length())));
                } else {
                    end(List.of(part));
                }
            }
            SegmentPart leading = run.isEmpty() ? null : run.getFirst();
            NewObject object =
                    leading == null ? null : disk.begin(leading.slot().key(), leading.head(), leading.length());
            if (leading == null || object == null) {
                parts.forEach(part -> part.fill().resolve(new Outcome.NotShared()));
                result = Result.PASS;
                direct = true;
                long end = response.status() == 206 ? from + parts.size() * SEGMENT_BYTES : mine.length();
                return new Piece.Direct(response, from, Math.min(mine.length(), end));
            }
            Fill.Reader reader = leading.fill().begin(object, leading.length());
            fills.pumpRun(response, run, object);
            pumped = true;
            result = Result.MISS;
            return new Piece.Arriving(reader, from, from + leading.length());
        } finally {
            if (!pumped) {
                end(parts);
                if (!direct) {
                    response.close();
                }
            }
        }
    }

    private SegmentPart of(Lead part, StoredHead head, ByteRange range) {
        Headers fields = head.headers()
                .with("Content-Range", range.contentRange(version().length()));
        return new SegmentPart(
                part.slot(),
                part.fill(),
                new StoredHead(
                        200, fields, head.vary(), head.variant(), head.freshness(), head.tags(), head.storedAtMs()),
                (int) range.length());
    }

    /** What cannot be stored or shared now. */
    private Piece direct(long at, long last) throws OriginUnavailableException, ChangedException {
        long to = origin.last(last);
        OriginResponse response = origin.part(at, to);
        result = Result.PASS;
        return new Piece.Direct(response, at, origin.last(to) + 1);
    }

    @Override
    public void close() {
        if (piece != null) {
            piece.close();
            piece = null;
        }
    }
}
