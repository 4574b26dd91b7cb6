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
import org.popnet.caching.Conditional;
import org.popnet.caching.Freshening;
import org.popnet.caching.Freshness;
import org.popnet.caching.Headers;
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
import org.popnet.fetch.store.ObjectKey;
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
    private static final int CHUNK_BYTES = 64 * 1024;
    private static final long SEGMENT_BYTES = ObjectKey.SEGMENT_BYTES;

    private final DiskTier disk;
    private final Fills fills;
    private final OriginHeaders originHeaders;
    private final LargeResponses.Heads heads;
    private final LargeResponses.Asking asking;
    private final Flushes flushes;
    private final PipelineSettings settings;
    private final InstantSource clock;
    private final MeterRegistry meters;
    private final FetchRequest request;

    private @Nullable LargeVersion version;
    private @Nullable Piece piece;
    private Result result = Result.HIT;
    private boolean confirmed;
    private int failures;

    LargeBody(
            DiskTier disk,
            Fills fills,
            OriginHeaders originHeaders,
            LargeResponses.Heads heads,
            LargeResponses.Asking asking,
            Flushes flushes,
            PipelineSettings settings,
            InstantSource clock,
            MeterRegistry meters,
            FetchRequest request,
            @Nullable LargeVersion version) {
        this.disk = disk;
        this.fills = fills;
        this.originHeaders = originHeaders;
        this.heads = heads;
        this.asking = asking;
        this.flushes = flushes;
        this.settings = settings;
        this.clock = clock;
        this.meters = meters;
        this.request = request;
        this.version = version;
    }

    /** Bytes of the body from one place, {@code first} to before {@code end}. */
    private sealed interface Piece {
        long first();

        long end();

        record OnDisk(StoredObject object, long first, long end) implements Piece {}

        record Arriving(Fill.Reader reader, long first, long end) implements Piece {}

        /** Unstored, to be read once. */
        record Direct(OriginResponse response, long first, long end) implements Piece {}
    }

    /** A segment that this request fetches for all who want it. */
    private record Lead(Slot slot, Fill fill) {}

    /** Known once the body is open. */
    LargeVersion version() {
        return Objects.requireNonNull(version);
    }

    boolean hasVersion() {
        return version != null;
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
            piece = run(response, parts, 0, last);
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
        Counted out = new Counted(to);
        long end = first + count;
        while (first + out.count < end) {
            long at = first + out.count;
            try {
                open(at, end - 1);
                Piece from = Objects.requireNonNull(piece);
                copy(from, out, at, Math.min(end, from.end()) - at);
                if (at + SEGMENT_BYTES < end && !(from instanceof Piece.OnDisk)) {
                    out.flush();
                }
            } catch (ChangedException e) {
                throw new IOException(e.getMessage(), e);
            } catch (OriginUnavailableException e) {
                throw e;
            } catch (IOException e) {
                if (out.failed || ++failures > FAILURES_MAX) {
                    throw e;
                }
                if (piece instanceof Piece.OnDisk(StoredObject object, long f, long l)) {
                    disk.dropCorrupt(object, e);
                }
                close(); // and go on from where it broke
            }
        }
    }

    private void copy(Piece from, Counted out, long at, long count) throws IOException {
        switch (from) {
            case Piece.OnDisk(StoredObject object, long first, long end) -> {
                object.copyTo(out, at - first, count);
                counted("disk", count);
            }
            case Piece.Arriving(Fill.Reader reader, long first, long end) -> {
                reader.copyTo(out, at - first, count);
                counted("fill", count);
            }
            case Piece.Direct(OriginResponse response, long first, long end) -> {
                byte[] chunk = new byte[CHUNK_BYTES];
                for (long position = first; position < at + count; ) {
                    long until = position < at ? at : at + count;
                    int read = response.read(chunk, (int) Math.min(chunk.length, until - position));
                    if (read < 0) {
                        throw new IOException("body ends at " + position + ", before " + (at + count));
                    }
                    if (position >= at) {
                        out.write(chunk, 0, read);
                    }
                    position += read;
                }
                counted("origin", count);
                close(); // read up to here, it is of no more use
            }
        }
    }

    private void counted(String from, long bytes) {
        meters.counter("popnet.fetch.large.bytes", "from", from).increment(bytes);
    }

    // --- finding a piece

    private Piece obtain(long at, long last) throws OriginUnavailableException, ChangedException {
        int segment = segment(at);
        for (int round = 0; round < ROUNDS_MAX; round++) {
            if (disk.find(request.key().at(segment), request.headers()) instanceof Found.Hit(StoredObject object)) {
                if (usable(object)) {
                    long first = segment * SEGMENT_BYTES;
                    return new Piece.OnDisk(object, first, first + object.length());
                }
                object.close();
            }
            Slot slot = slot(segment);
            Fills.Place place = fills.joinOrLead(slot);
            Piece found = place.leads()
                    ? fetch(lead(slot, place.fill(), last), segment * SEGMENT_BYTES, last)
                    : follow(place.fill(), segment, at, last);
            if (found != null) {
                return found;
            }
        }
        return direct(at, last);
    }

    private static int segment(long at) {
        return (int) Math.min(Integer.MAX_VALUE / 2, at / SEGMENT_BYTES);
    }

    private Slot slot(int segment) {
        return new Slot(request.key().at(segment), "");
    }

    /** Whether the stored segment can be sent; confirms it if it is stale. */
    private boolean usable(StoredObject object) throws OriginUnavailableException, ChangedException {
        LargeVersion theirs = LargeVersion.of(object.head());
        if (version == null) {
            version = theirs;
        }
        LargeVersion mine = version;
        if (mine == null || !mine.same(theirs)) {
            if (mine != null
                    && theirs != null
                    && object.head().storedAtMs() >= mine.head().storedAtMs()) {
                object.close();
                throw changed("a newer version is stored");
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

    /** Asks whether a stale segment's version is still the right one; if it is, that holds for all of this body. */
    private boolean confirm(StoredObject object) throws OriginUnavailableException, ChangedException {
        StoredHead old = object.head();
        Headers question = originHeaders.forFill(request).toBuilder()
                .addAll(Conditional.revalidation(old.headers()))
                .build();
        try (OriginResponse response = asking.ask(request, question)) {
            Headers fields = Freshening.update(old.headers(), FetchPipeline.dated(response));
            StoredHead head = heads.of(request, response, fields);
            if (response.status() == 304 && Freshening.confirms(old.headers(), response.headers()) && head != null) {
                disk.freshen(object, head);
                confirmed = true;
                version = LargeVersion.of(head);
                result = Result.REVALIDATED;
                return true;
            }
            if (!Freshness.isError(response.status())) {
                object.close();
                throw changed("the server has another version");
            }
            if (old.freshness().mayServeOnError(clock.millis())) {
                result = Result.STALE;
                return true;
            }
            object.close();
            throw new OriginUnavailableException(Reason.BROKEN, "servers answer " + response.status(), null);
        } catch (OriginUnavailableException e) {
            if (old.freshness().mayServeOnError(clock.millis())) {
                result = Result.STALE;
                return true;
            }
            object.close();
            throw e;
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
                LargeVersion theirs = LargeVersion.of(head);
                if (version == null) {
                    version = theirs;
                }
                if (version == null || !version.same(theirs)) {
                    throw changed("another version is being fetched");
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
            case Outcome.Confirmed() -> {
                return null;
            }
            case Outcome.InSegments(LargeVersion other) -> {
                return null;
            }
        }
    }

    // --- fetching

    /** The segments to fetch, beginning with one that this request leads: the missing ones behind it as far as wanted. */
    private List<Lead> lead(Slot first, Fill fill, long last) {
        List<Lead> parts = new ArrayList<>();
        parts.add(new Lead(first, fill));
        long end = version == null ? last : Math.min(last, version.length() - 1);
        for (int next = first.key().segment() + 1;
                parts.size() < RUN_SEGMENTS_MAX
                        && next <= segment(end)
                        && !disk.contains(request.key().at(next));
                next++) {
            Slot slot = slot(next);
            Fills.Place place = fills.joinOrLead(slot);
            if (!place.leads()) {
                break;
            }
            parts.add(new Lead(slot, place.fill()));
        }
        return parts;
    }

    private Piece fetch(List<Lead> parts, long from, long last) throws OriginUnavailableException, ChangedException {
        long to = from + parts.size() * SEGMENT_BYTES - 1;
        if (version != null) {
            to = Math.min(to, version.length() - 1);
        }
        boolean handedOver = false;
        try {
            OriginResponse response = askFor(from, to);
            handedOver = true;
            return run(response, parts, from, last);
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

    /** @return the part of this version, exactly; the version is known afterwards */
    private OriginResponse askFor(long from, long to) throws OriginUnavailableException, ChangedException {
        Headers.Builder question = originHeaders.forFill(request).toBuilder()
                .add("Range", "bytes=" + from + "-" + (to == Long.MAX_VALUE ? "" : to));
        LargeVersion mine = version;
        if (mine != null) {
            question.add("If-Range", mine.tagField());
        }
        OriginResponse response = asking.ask(request, question.build());
        boolean kept = false;
        try {
            LargeVersion.Part part = LargeVersion.Part.of(response.headers());
            if (Freshness.isError(response.status())) {
                throw new OriginUnavailableException(Reason.BROKEN, "servers answer " + response.status(), null);
            }
            if (response.status() != 206
                    || part == null
                    || part.first() != from
                    || part.last() != Math.min(to, part.whole() - 1)
                    || (response.length() >= 0 && response.length() != part.last() - part.first() + 1)) {
                throw changed("the server answers " + response.status() + " "
                        + response.headers().first("Content-Range") + " to bytes " + from + "-" + to);
            }
            StoredHead head = heads.of(request, response, fields(response));
            LargeVersion theirs = head == null ? null : LargeVersion.of(head, part.whole());
            if (mine == null) {
                if (theirs == null || part.whole() < settings.segmentsFrom().toBytes()) {
                    throw new ChangedException("it is not kept by segments");
                }
                version = theirs;
            } else if (!mine.same(theirs)) {
                throw changed("the server has another version");
            }
            kept = true;
            return response;
        } finally {
            if (!kept) {
                response.close();
            }
        }
    }

    /** A 206 to {@code If-Range} may leave out what is known already (RFC 9110 §15.3.7). */
    private Headers fields(OriginResponse response) {
        Headers received = FetchPipeline.dated(response);
        return version == null ? received : Freshening.update(version.head().headers(), received);
    }

    /** Has the response fill the parts, or if the first cannot be stored sends it through. Takes both over. */
    private Piece run(OriginResponse response, List<Lead> parts, long from, long last) {
        LargeVersion mine = version();
        boolean pumped = false;
        boolean direct = false;
        try {
            StoredHead head = heads.of(request, response, fields(response));
            List<SegmentPart> run = new ArrayList<>();
            for (Lead part : parts) {
                long first = part.slot().key().segment() * SEGMENT_BYTES;
                if (head != null && first < mine.length()) {
                    run.add(of(part, head, new ByteRange(first, Math.min(first + SEGMENT_BYTES, mine.length()) - 1)));
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
        long to = version == null ? last : Math.min(last, version.length() - 1);
        OriginResponse response = askFor(at, to);
        result = Result.PASS;
        return new Piece.Direct(response, at, Math.min(to, version().length() - 1) + 1);
    }

    /** The version of this body is not the right one any more. */
    private ChangedException changed(String why) {
        LargeVersion mine = version;
        if (mine != null) {
            disk.forgetSegments(request.key(), head -> mine.same(LargeVersion.of(head)));
            meters.counter("popnet.fetch.large.changed").increment();
        }
        return new ChangedException(why);
    }

    @Override
    public void close() {
        switch (piece) {
            case null -> {}
            case Piece.OnDisk(StoredObject object, long first, long end) -> object.close();
            case Piece.Arriving(Fill.Reader reader, long first, long end) -> reader.close();
            case Piece.Direct(OriginResponse response, long first, long end) -> response.close();
        }
        piece = null;
    }

    /** Counts what was written, and tells apart whose fault an error is. */
    private static final class Counted extends OutputStream {
        private final OutputStream to;
        private long count;
        private boolean failed;

        Counted(OutputStream to) {
            this.to = to;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            failed = true;
            to.write(bytes, offset, length);
            failed = false;
            count += length;
        }

        @Override
        public void flush() throws IOException {
            failed = true;
            to.flush();
            failed = false;
        }
    }
}
