package org.popnet.platform.spool;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.popnet.platform.message.Message.Lost;
import org.popnet.platform.settings.DurableFiles;

/**
 * The records of one customer, in segments. {@link #append} may be called by any thread; everything else belongs to the
 * shipper's thread.
 */
final class CustomerSpool implements AutoCloseable {
    /** What became of a record. */
    enum Outcome {
        APPENDED,
        /** the bounds of {@link SpoolSettings} are reached */
        FULL,
        /** the disk refused a new segment */
        DISK
    }

    /** Of the first segment: customers with little traffic, of whom there may be thousands, never need more. */
    static final int FIRST_SEGMENT_BYTES = 64 * 1024;

    private final String customer;
    private final Path directory;
    private final long id;
    private final int segmentBytesMax;
    private final long bytesMax;
    private final Budget budget;
    private final LossCount losses;

    private final ByteSink encoded = new ByteSink();
    private @Nullable Segment active;
    private @Nullable Segment spare;
    private final AtomicLong nextSegment = new AtomicLong(1);
    private final AtomicLong held = new AtomicLong();

    private final NavigableMap<Long, Segment> segments = new ConcurrentSkipListMap<>();
    private final NavigableMap<Long, Batch> unacknowledged = new TreeMap<>();
    private long nextBatch = 1;

    /** Bytes that all spools of a node may hold together. */
    interface Budget {
        /** Takes the bytes, or says false if they are not left. */
        boolean reserve(long bytes);

        /** Takes bytes that are in use already, be they left or not. */
        void take(long bytes);

        void release(long bytes);
    }

    /** Records that travel together; the numbers and the bounds never change. */
    static final class Batch {
        final long number;
        final Segment segment;
        final int index;
        int attempts;
        long nextAttemptNanos;

        private Batch(long number, Segment segment, int index) {
            this.number = number;
            this.segment = segment;
            this.index = index;
        }

        int records() {
            return segment.boundRecords(index);
        }
    }

    private CustomerSpool(
            String customer, Path directory, long id, SpoolSettings settings, Budget budget, LossCount losses) {
        this.customer = customer;
        this.directory = directory;
        this.id = id;
        this.segmentBytesMax = (int) settings.segmentSize().toBytes();
        this.bytesMax = settings.customerMax().toBytes();
        this.budget = budget;
        this.losses = losses;
    }

    /**
     * Opens or makes the spool; what an earlier process had appended is there again.
     *
     * @param random gives the identity of a new spool
     */
    static CustomerSpool open(
            String customer, Path directory, SpoolSettings settings, LongSupplier random, Budget budget)
            throws IOException {
        Files.createDirectories(directory);
        long id = identity(directory, random);
        CustomerSpool spool =
                new CustomerSpool(customer, directory, id, settings, budget, LossCount.open(directory.resolve("lost")));
        spool.recover();
        return spool;
    }

    private static long identity(Path directory, LongSupplier random) throws IOException {
        Path file = directory.resolve("spool.id");
        if (Files.exists(file)) {
            return Long.parseLong(Files.readString(file).strip());
        }
        try (var segments = Files.newDirectoryStream(directory, "*.seg")) {
            if (segments.iterator().hasNext()) {
                throw new IOException(directory + " has segments and no spool.id: restore it, or move the folder away");
            }
        }
        long id = Math.max(1, random.getAsLong() & Long.MAX_VALUE);
        DurableFiles.write(file, id + "\n");
        return id;
    }

    private void recover() throws IOException {
        List<Path> files = new ArrayList<>();
        try (var found = Files.newDirectoryStream(directory, "*.seg")) {
            found.forEach(files::add);
        }
        files.sort(null);
        for (Path file : files) {
            String name = file.getFileName().toString();
            long number = Long.parseLong(name.substring(0, name.length() - ".seg".length()));
            Segment segment = Segment.open(file, id, number);
            segment.seal();
            budget.take(segment.size());
            held.addAndGet(segment.size());
            segments.put(number, segment);
            nextSegment.set(number + 1);
            for (int i = 0; i < segment.bounds(); i++) {
                if (!segment.isAcknowledged(i)) {
                    long batch = segment.firstBatch() + i;
                    unacknowledged.put(batch, new Batch(batch, segment, i));
                }
            }
            if (segment.firstBatch() != 0) {
                nextBatch = Math.max(nextBatch, segment.firstBatch() + segment.bounds());
            }
        }
    }

    /** Keeps the record, or counts it as lost. */
    synchronized Outcome append(LogRecord record) {
        Outcome outcome = keep(record);
        if (outcome != Outcome.APPENDED) {
            losses.add(record.timeMs());
        }
        return outcome;
    }

    private Outcome keep(LogRecord record) {
        LogRecordCodec.encode(record, encoded);
        Segment current = active;
        if (current != null && current.append(encoded.array(), encoded.length())) {
            return Outcome.APPENDED;
        }
        try {
            Segment fresh = spare != null ? spare : newSegment();
            if (fresh == null) {
                return Outcome.FULL;
            }
            spare = null;
            if (current != null) {
                current.seal();
            }
            active = fresh;
            segments.put(fresh.number(), fresh);
            return fresh.append(encoded.array(), encoded.length()) ? Outcome.APPENDED : Outcome.FULL;
        } catch (IOException e) {
            return Outcome.DISK;
        }
    }

    /**
     * Makes a segment that is larger the more are held, or as large as there is room for; null if there is none. So a
     * spool that keeps up stays small, and one that does not needs few files.
     */
    private @Nullable Segment newSegment() throws IOException {
        int size = (int) Math.min(segmentBytesMax, (long) FIRST_SEGMENT_BYTES << Math.min(segments.size(), 16));
        while (!reserve(size)) {
            size /= 2;
            if (size < FIRST_SEGMENT_BYTES) {
                return null;
            }
        }
        try {
            return Segment.create(directory, id, nextSegment.getAndIncrement(), size);
        } catch (IOException e) {
            release(size);
            throw e;
        }
    }

    private boolean reserve(int bytes) {
        if (held.addAndGet(bytes) <= bytesMax && budget.reserve(bytes)) {
            return true;
        }
        held.addAndGet(-bytes);
        return false;
    }

    private void release(int bytes) {
        held.addAndGet(-bytes);
        budget.release(bytes);
    }

    /** Makes the next segment before it is needed, so that no append has to. */
    void prepareNextSegment() throws IOException {
        synchronized (this) {
            if (active == null || spare != null || !active.isHalfFull()) {
                return;
            }
        }
        Segment made = newSegment();
        if (made == null) {
            return;
        }
        synchronized (this) {
            if (active != null && active.number() < made.number() && spare == null) {
                spare = made;
                return;
            }
        }
        // An append was faster and took a later number; batches are numbered in the order of segments.
        made.delete();
        release(made.size());
    }

    /**
     * Cuts everything that was appended into batches and brings records, then bounds, to disk.
     *
     * @return how many batches are new
     */
    int cut(BatchFormat.Packer packer) {
        int fresh = 0;
        for (Segment segment : segments.values()) {
            int end = segment.end();
            if (segment.cutEnd() == end) {
                continue;
            }
            List<int[]> bounds = bounds(segment, end, packer);
            segment.force();
            for (int[] bound : bounds) {
                Batch batch = new Batch(nextBatch, segment, segment.bounds());
                segment.addBound(nextBatch++, bound[0], bound[1]);
                unacknowledged.put(batch.number, batch);
                fresh++;
            }
            segment.forceBounds();
        }
        return fresh;
    }

    /** End offsets and counts of batches, each as many records as fit a datagram. */
    private static List<int[]> bounds(Segment segment, int end, BatchFormat.Packer packer) {
        List<int[]> bounds = new ArrayList<>();
        byte[] raw = new byte[BatchFormat.RAW_BYTES_MAX];
        int expected = 3 * BatchFormat.BATCH_BYTES_MAX;
        int at = segment.cutEnd();
        while (at < end) {
            List<int[]> ends = new ArrayList<>();
            int length = 0;
            for (int next = at;
                    next < end && length + segment.lengthAt(next) <= raw.length;
                    next = segment.next(next)) {
                length += segment.read(next, raw, length);
                ends.add(new int[] {segment.next(next), length});
            }
            int count = packer.mostThatFit(raw, ends, expected);
            int[] last = ends.get(count - 1);
            expected = last[1];
            at = last[0];
            bounds.add(new int[] {at, count});
        }
        return bounds;
    }

    /** The bytes of a batch's message. */
    byte[] pack(Batch batch, BatchFormat.Packer packer) {
        byte[] raw = new byte[BatchFormat.RAW_BYTES_MAX];
        int length = 0;
        int end = batch.segment.boundEnd(batch.index);
        for (int at = batch.segment.boundEnd(batch.index - 1); at < end; at = batch.segment.next(at)) {
            length += batch.segment.read(at, raw, length);
        }
        return packer.pack(batch.segment.format(), raw, length, nextBatch - 1);
    }

    /** Batches in order that are not acknowledged. */
    Collection<Batch> unacknowledged() {
        return unacknowledged.values();
    }

    /** Whether this batch was waiting for it. */
    boolean acknowledge(long number) {
        Batch batch = unacknowledged.remove(number);
        if (batch == null) {
            return false;
        }
        batch.segment.acknowledge(batch.index);
        return true;
    }

    /** Deletes segments from the front that are done. The last with a batch number stays: the next number follows it. */
    void deleteDone() throws IOException {
        while (segments.size() > 1) {
            Map.Entry<Long, Segment> first = segments.firstEntry();
            boolean numbered = segments.tailMap(first.getKey(), false).values().stream()
                    .anyMatch(later -> later.firstBatch() != 0);
            if (!first.getValue().isDone() || !(numbered || first.getValue().isEmpty())) {
                return;
            }
            segments.remove(first.getKey());
            first.getValue().delete();
            release(first.getValue().size());
        }
    }

    /** When the oldest record came that is not acknowledged, milliseconds since the epoch; empty if there is none. */
    OptionalLong oldestMs() {
        Map.Entry<Long, Batch> first = unacknowledged.firstEntry();
        if (first == null) {
            return OptionalLong.empty();
        }
        Batch batch = first.getValue();
        byte[] record = new byte[LogRecordCodec.RECORD_BYTES_MAX];
        int length = batch.segment.read(batch.segment.boundEnd(batch.index - 1), record, 0);
        try {
            return OptionalLong.of(LogRecordCodec.timeMs(batch.segment.format(), new ByteSource(record, 0, length)));
        } catch (MalformedBatchException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What was not kept since this spool was made; null if nothing. */
    @Nullable Lost lost() {
        return losses.get();
    }

    String customer() {
        return customer;
    }

    long id() {
        return id;
    }

    long segmentBytes() {
        return held.get();
    }

    @Override
    public synchronized void close() {
        segments.values().forEach(Segment::close);
        if (spare != null) {
            spare.close();
        }
        segments.clear();
        losses.close();
        active = null;
        spare = null;
    }
}
