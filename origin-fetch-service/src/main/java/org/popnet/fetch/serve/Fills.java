package org.popnet.fetch.serve;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.popnet.fetch.origin.OriginResponse;
import org.popnet.fetch.origin.OriginUnavailableException;
import org.popnet.fetch.serve.Fill.Outcome;
import org.popnet.fetch.store.DiskTier;
import org.popnet.fetch.store.NewObject;
import org.popnet.fetch.store.ObjectKey;
import org.popnet.fetch.store.Selector;
import org.popnet.platform.flush.FlushOrder;
import org.popnet.platform.flush.FlushTarget;

/** The fetches in progress, of which there is one at most for each response that can be shared. */
final class Fills implements FlushTarget {
    private static final int CHUNK_BYTES = 64 * 1024;

    private final DiskTier disk;
    private final MeterRegistry meters;
    private final Map<Slot, Fill> running = new ConcurrentHashMap<>();

    /** @param variant the request's selecting fields, as far as it is known which ones select */
    record Slot(ObjectKey key, String variant) {}

    /** @param leads whether the caller is the one who fetches; it must resolve the fill and end it */
    record Place(Fill fill, boolean leads) {}

    Fills(DiskTier disk, MeterRegistry meters) {
        this.disk = disk;
        this.meters = meters;
        Gauge.builder("popnet.fetch.fills.running", running, Map::size).register(meters);
    }

    Place joinOrLead(Slot slot) {
        Fill mine = new Fill(slot.key());
        Fill before = running.putIfAbsent(slot, mine);
        return before == null ? new Place(mine, true) : new Place(before, false);
    }

    /**
     * Gives up a fill that need not begin: what it would fetch has been stored between the look at the disk, which found
     * nothing, and now.
     */
    void stored(Slot slot, Fill fill) {
        ended(slot, fill);
        fill.resolve(new Outcome.Stored());
    }

    /** Takes a fill out, so that the next request begins anew. */
    void ended(Slot slot, Fill fill) {
        running.remove(slot, fill);
    }

    /**
     * Reads the response's body into the object on a thread of its own, whoever stays to read it or not.
     *
     * @param object null if it cannot be stored: then it goes to those who read it
     */
    void pump(Slot slot, Fill fill, OriginResponse response, @Nullable NewObject object, Resumption resumption) {
        Thread.ofVirtual().name("fill").start(() -> {
            try {
                transfer(slot, fill, response, object, resumption);
                if (object != null && fill.storing() && disk.publish(object, () -> !fill.doomed())) {
                    count("stored");
                } else {
                    discard(object);
                    count("unstored");
                }
                fill.complete();
            } catch (IOException | RuntimeException | Error e) {
                discard(object);
                ended(slot, fill);
                fill.fail(e instanceof IOException io ? io : new IOException(e));
                count("broken");
            } finally {
                ended(slot, fill);
                if (object != null) {
                    object.release();
                }
            }
        });
    }

    private static void discard(@Nullable NewObject object) {
        if (object != null) {
            object.discard();
        }
    }

    /**
     * Reads the parts, one after the other, from a response that begins with the first of them, and closes it behind the
     * last.
     *
     * @param begun the first part's object
     */
    void pumpRun(OriginResponse response, List<SegmentPart> parts, NewObject begun) {
        Thread.ofVirtual().name("fill-segments").start(() -> {
            Deque<SegmentPart> left = new ArrayDeque<>(parts);
            try (response) {
                NewObject object = begun;
                while (object != null) {
                    segment(left.getFirst(), response, object);
                    left.removeFirst();
                    object = left.isEmpty() ? null : begin(left.getFirst());
                }
                end(left, new Outcome.NotShared());
            } catch (IOException | RuntimeException | Error e) {
                SegmentPart broken = left.peekFirst();
                end(
                        left,
                        new Outcome.Failed(new OriginUnavailableException(
                                OriginUnavailableException.Reason.BROKEN, String.valueOf(e.getMessage()), e)));
                if (broken != null) {
                    broken.fill().fail(e instanceof IOException io ? io : new IOException(e));
                    count("broken");
                }
            }
        });
    }

    /** Takes all of them out before anyone learns of it, so that whoever goes on from there fetches them in one run. */
    private void end(Deque<SegmentPart> parts, Outcome outcome) {
        parts.forEach(part -> ended(part.slot(), part.fill()));
        parts.forEach(part -> part.fill().resolve(outcome));
    }

    private @Nullable NewObject begin(SegmentPart part) {
        NewObject object = disk.begin(part.slot().key(), part.head(), part.length());
        if (object != null) {
            part.fill().begin(object, part.length()).close();
        }
        return object;
    }

    private void segment(SegmentPart part, OriginResponse response, NewObject object) throws IOException {
        Fill fill = part.fill();
        try {
            byte[] chunk = new byte[CHUNK_BYTES];
            for (long left = part.length(); left > 0; ) {
                int read = response.read(chunk, (int) Math.min(chunk.length, left));
                if (read < 0) {
                    throw new IOException("body ends " + left + " bytes early");
                }
                left -= read;
                fill.append(chunk, read, object, () -> stopStoring(part.slot(), fill, object, "disk-error"));
            }
            if (fill.storing() && disk.publish(object, () -> !fill.doomed())) {
                count("stored");
            } else {
                object.discard();
                count("unstored");
            }
            fill.complete();
            ended(part.slot(), fill);
        } catch (IOException | RuntimeException | Error e) {
            object.discard();
            throw e;
        } finally {
            object.release();
        }
    }

    private void transfer(
            Slot slot, Fill fill, OriginResponse response, @Nullable NewObject object, Resumption resumption)
            throws IOException {
        OriginResponse source = response;
        try {
            while (true) {
                try {
                    copy(slot, fill, source, object);
                    break;
                } catch (BrokenSourceException e) {
                    source.close();
                    OriginResponse rest = fill.wanted() ? resumption.from(fill.available()) : null;
                    if (rest == null) {
                        throw e.cause;
                    }
                    count("resumed");
                    source = rest;
                }
            }
        } finally {
            source.close();
        }
        if (resumption.length() >= 0 && fill.available() != resumption.length()) {
            throw new IOException("body of " + fill.available() + " bytes, announced were " + resumption.length());
        }
    }

    /** The customer's server broke off, as opposed to the disk or the readers. */
    private static final class BrokenSourceException extends Exception {
        private static final long serialVersionUID = 1L;
        private final IOException cause;

        BrokenSourceException(IOException cause) {
            super(cause);
            this.cause = cause;
        }
    }

    private static int read(OriginResponse source, byte[] into) throws BrokenSourceException {
        try {
            return source.read(into);
        } catch (IOException e) {
            throw new BrokenSourceException(e);
        }
    }

    private void copy(Slot slot, Fill fill, OriginResponse source, @Nullable NewObject object)
            throws IOException, BrokenSourceException {
        byte[] chunk = new byte[CHUNK_BYTES];
        for (int read = read(source, chunk); read >= 0; read = read(source, chunk)) {
            if (object != null && fill.storing() && !disk.fits(object.length() + read)) {
                stopStoring(slot, fill, object, "too-large");
            }
            fill.append(chunk, read, object, () -> stopStoring(slot, fill, object, "disk-error"));
        }
    }

    private void stopStoring(Slot slot, Fill fill, @Nullable NewObject object, String reason) {
        fill.stopStoring();
        ended(slot, fill);
        discard(object);
        disk.countUnstored(reason);
    }

    private void count(String outcome) {
        meters.counter("popnet.fetch.fills", "outcome", outcome).increment();
    }

    /** Forgets every variant of a URL, what is arriving included. */
    void invalidate(ObjectKey key) {
        disk.invalidate(
                key,
                () -> running.forEach((slot, fill) -> {
                    if (slot.key().whole().equals(key)) {
                        fill.doom();
                        ended(slot, fill);
                    }
                }));
        count("invalidated");
    }

    /** Removes what the order selects, on disk and of what is arriving: nothing begun before is stored after it. */
    @Override
    public long apply(FlushOrder order) {
        Selector selector = Selector.of(order);
        long objects = disk.flush(
                selector,
                () -> running.forEach((slot, fill) -> {
                    if (selector.mightSelect(slot.key())) {
                        fill.doom();
                        ended(slot, fill);
                    }
                }));
        meters.counter("popnet.fetch.flushed", "kind", order.kind().name()).increment(objects);
        return objects;
    }
}
