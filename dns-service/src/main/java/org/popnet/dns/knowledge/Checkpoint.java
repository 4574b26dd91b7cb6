package org.popnet.dns.knowledge;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import org.jspecify.annotations.Nullable;
import org.popnet.platform.message.Message.PersistenceRecord;
import org.popnet.platform.message.TargetId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Knowledge on disk, so that a name server that restarts steers as before. A file of tagged records that ends with its
 * CRC-32; a new one replaces the old one whole. Ages are kept, not times; the time the machine was off is added.
 *
 * <p>A hundred thousand client prefixes are some megabytes: they are written in pieces ({@link #begin}, {@link #step}),
 * so that whoever answers on the same processor is not kept waiting.
 */
public final class Checkpoint {
    private static final Logger LOG = LoggerFactory.getLogger(Checkpoint.class);
    private static final int MAGIC = 0x504f504b;
    private static final int VERSION = 3;
    /** Wrote each latency for itself; its files are read. */
    private static final int VERSION_BEFORE = 2;

    private static final int BYTES_MIN = 25;

    private final Path file;
    private final Path temporary;
    private final InstantSource wallClock;
    private @Nullable Writing writing;

    public Checkpoint(Path file, InstantSource wallClock) {
        this.file = file;
        this.temporary = file.resolveSibling(file.getFileName() + ".new");
        this.wallClock = wallClock;
    }

    /** Writes a checkpoint at once; a failure is logged and leaves the last one. */
    public synchronized void save(Knowledge knowledge) {
        abandon();
        begin(knowledge);
        while (writing != null) {
            step();
        }
    }

    /** Begins a checkpoint that {@link #step} writes, unless the last one is not over yet. */
    public synchronized void begin(Knowledge knowledge) {
        Saving saving = writing == null ? knowledge.saving() : null;
        if (saving != null) {
            attempt(() -> {
                Files.createDirectories(file.getParent());
                writing = new Writing(saving);
            });
        }
    }

    /** Writes the next piece of the checkpoint that was begun, if one was; with the last one it replaces the one before. */
    public synchronized void step() {
        Writing current = writing;
        if (current != null) {
            attempt(() -> {
                if (!current.next()) {
                    current.finish();
                    writing = null;
                }
            });
        }
    }

    private interface Attempt {
        void run() throws IOException;
    }

    private void attempt(Attempt attempt) {
        try {
            attempt.run();
        } catch (IOException e) {
            abandon();
            LOG.warn("cannot write the checkpoint {}: {}; after a restart everything would be learned anew", file, e);
        }
    }

    private void abandon() {
        Writing unfinished = writing;
        writing = null;
        if (unfinished != null) {
            try {
                unfinished.out.close();
            } catch (IOException e) {
                LOG.debug("closing an unfinished checkpoint", e);
            }
        }
    }

    /** A checkpoint under way. */
    private final class Writing {
        private final Saving saving;
        private final CheckpointWriter records = new CheckpointWriter();
        private final CRC32 crc = new CRC32();
        private final FileChannel out;

        Writing(Saving saving) throws IOException {
            this.saving = saving;
            this.out = FileChannel.open(
                    temporary,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.TRUNCATE_EXISTING,
                    StandardOpenOption.WRITE);
            records.head(MAGIC, VERSION, wallClock.millis());
        }

        boolean next() throws IOException {
            boolean more = saving.next(records);
            write(records.take());
            return more;
        }

        void finish() throws IOException {
            records.end();
            write(records.take());
            records.checksum(crc.getValue());
            write(records.take());
            out.force(true);
            out.close();
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        }

        private void write(ByteBuffer bytes) throws IOException {
            crc.update(bytes.duplicate());
            while (bytes.hasRemaining()) {
                out.write(bytes);
            }
        }
    }

    /** Reads the last checkpoint, if there is one that is whole; a broken one is left out with a warning. */
    public void restore(Knowledge knowledge) {
        if (!Files.exists(file)) {
            return;
        }
        try {
            if (!whole()) {
                LOG.warn("the checkpoint {} is broken: starting without what was known", file);
                return;
            }
            try (DataInputStream in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
                in.readInt();
                in.readInt();
                long off = Math.max(0, wallClock.millis() - in.readLong());
                read(in, off, knowledge.restoring());
            }
        } catch (IOException | IllegalArgumentException e) {
            LOG.warn("the checkpoint {} cannot be read ({}): starting without what was known", file, e.toString());
        }
    }

    private boolean whole() throws IOException {
        long length = Files.size(file);
        if (length < BYTES_MIN) {
            return false;
        }
        CRC32 crc = new CRC32();
        try (DataInputStream in =
                new DataInputStream(new CheckedInputStream(new BufferedInputStream(Files.newInputStream(file)), crc))) {
            boolean known = in.readInt() == MAGIC;
            int version = in.readInt();
            in.skipNBytes(length - 16);
            long computed = crc.getValue();
            return known && (version == VERSION || version == VERSION_BEFORE) && in.readLong() == computed;
        }
    }

    private static void read(DataInputStream in, long off, Restoring into) throws IOException {
        Map<String, Long> domains = new HashMap<>();
        Map<Short, String> pops = new HashMap<>();
        while (true) {
            byte tag = in.readByte();
            switch (tag) {
                case CheckpointWriter.END -> {
                    into.domains(domains);
                    return;
                }
                case CheckpointWriter.COLUMN -> pops.put(in.readShort(), in.readUTF());
                case CheckpointWriter.ROW -> row(in, pops, off, into);
                case CheckpointWriter.LATENCY ->
                    into.latency(
                            in.readLong(),
                            in.readLong(),
                            in.readUTF(),
                            in.readFloat(),
                            in.readFloat(),
                            in.readLong() + off);
                case CheckpointWriter.VERDICT ->
                    into.verdict(new TargetId(in.readUTF()), in.readBoolean(), in.readLong() + off);
                case CheckpointWriter.PERSISTENCE ->
                    into.persistence(new PersistenceRecord(
                            in.readLong(),
                            in.readLong(),
                            in.readLong(),
                            in.readUTF(),
                            in.readLong() - off,
                            in.readInt(),
                            in.readBoolean()));
                case CheckpointWriter.DOMAIN -> domains.put(in.readUTF(), in.readLong());
                default -> throw new IOException("unknown record " + tag);
            }
        }
    }

    private static void row(DataInputStream in, Map<Short, String> pops, long off, Restoring into) throws IOException {
        long high = in.readLong();
        long low = in.readLong();
        for (short column = in.readShort(); column != CheckpointWriter.ROW_END; column = in.readShort()) {
            short tenths = in.readShort();
            float rttMs = tenths == CheckpointWriter.UNANSWERED ? Float.NaN : Short.toUnsignedInt(tenths) / 10f;
            float loss = in.readByte();
            long ageMs = in.readInt() + off;
            String pop = pops.get(column);
            if (pop == null) {
                throw new IOException("a latency of column " + column + ", which no POP has");
            }
            into.latency(high, low, pop, rttMs, loss, ageMs);
        }
    }
}
