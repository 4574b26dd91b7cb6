package org.popnet.dns.knowledge;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
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
import java.util.zip.CheckedOutputStream;
import org.popnet.platform.message.Message.PersistenceRecord;
import org.popnet.platform.message.TargetId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Knowledge on disk, so that a name server that restarts steers as before. A file of tagged records that ends with its
 * CRC-32; a new one replaces the old one whole. Ages are kept, not times; the time the machine was off is added.
 */
public final class Checkpoint {
    private static final Logger LOG = LoggerFactory.getLogger(Checkpoint.class);
    private static final int MAGIC = 0x504f504b;
    private static final int VERSION = 2;
    private static final byte END = 0;
    private static final byte LATENCY = 1;
    private static final byte VERDICT = 2;
    private static final byte PERSISTENCE = 3;
    private static final byte DOMAIN = 4;

    private final Path file;
    private final InstantSource wallClock;

    public Checkpoint(Path file, InstantSource wallClock) {
        this.file = file;
        this.wallClock = wallClock;
    }

    /** Writes a checkpoint; a failure is logged and leaves the last one. */
    public void save(Knowledge knowledge) {
        Path temporary = file.resolveSibling(file.getFileName() + ".new");
        try {
            Files.createDirectories(file.getParent());
            CRC32 crc = new CRC32();
            try (DataOutputStream out = new DataOutputStream(
                    new CheckedOutputStream(new BufferedOutputStream(Files.newOutputStream(temporary)), crc))) {
                out.writeInt(MAGIC);
                out.writeInt(VERSION);
                out.writeLong(wallClock.millis());
                knowledge.save(new Writer(out));
                out.writeByte(END);
                out.writeLong(crc.getValue());
            }
            try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException | UncheckedIOException e) {
            LOG.warn("cannot write the checkpoint {}: {}; after a restart everything would be learned anew", file, e);
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
                read(in, off, knowledge);
            }
        } catch (IOException | IllegalArgumentException e) {
            LOG.warn("the checkpoint {} cannot be read ({}): starting without what was known", file, e.toString());
        }
    }

    private boolean whole() throws IOException {
        long length = Files.size(file);
        if (length < 25) {
            return false;
        }
        CRC32 crc = new CRC32();
        try (DataInputStream in =
                new DataInputStream(new CheckedInputStream(new BufferedInputStream(Files.newInputStream(file)), crc))) {
            boolean known = in.readInt() == MAGIC && in.readInt() == VERSION;
            in.skipNBytes(length - 16);
            long computed = crc.getValue();
            return known && in.readLong() == computed;
        }
    }

    private static void read(DataInputStream in, long off, Knowledge knowledge) throws IOException {
        Map<String, Long> domains = new HashMap<>();
        while (true) {
            byte tag = in.readByte();
            switch (tag) {
                case END -> {
                    knowledge.restoreDomains(domains);
                    return;
                }
                case LATENCY ->
                    knowledge.restoreLatency(
                            in.readLong(),
                            in.readLong(),
                            in.readUTF(),
                            in.readFloat(),
                            in.readFloat(),
                            in.readLong() + off);
                case VERDICT ->
                    knowledge.restoreVerdict(new TargetId(in.readUTF()), in.readBoolean(), in.readLong() + off);
                case PERSISTENCE ->
                    knowledge.restorePersistence(new PersistenceRecord(
                            in.readLong(),
                            in.readLong(),
                            in.readLong(),
                            in.readUTF(),
                            in.readLong() - off,
                            in.readInt(),
                            in.readBoolean()));
                case DOMAIN -> domains.put(in.readUTF(), in.readLong());
                default -> throw new IOException("unknown record " + tag);
            }
        }
    }

    /** Receives what shall be written. */
    static final class Writer {
        private final DataOutputStream out;

        Writer(DataOutputStream out) {
            this.out = out;
        }

        void latency(long high, long low, String pop, float rttMs, float lossPercent, long ageMs) {
            write(() -> {
                out.writeByte(LATENCY);
                out.writeLong(high);
                out.writeLong(low);
                out.writeUTF(pop);
                out.writeFloat(rttMs);
                out.writeFloat(lossPercent);
                out.writeLong(ageMs);
            });
        }

        void verdict(TargetId target, boolean down, long ageMs) {
            write(() -> {
                out.writeByte(VERDICT);
                out.writeUTF(target.text());
                out.writeBoolean(down);
                out.writeLong(ageMs);
            });
        }

        void persistence(PersistenceRecord kept) {
            write(() -> {
                out.writeByte(PERSISTENCE);
                out.writeLong(kept.key());
                out.writeLong(kept.server());
                out.writeLong(kept.madeMs());
                out.writeUTF(kept.madeBy());
                out.writeLong(kept.leftMs());
                out.writeInt(kept.moves());
                out.writeBoolean(kept.guessed());
            });
        }

        /** A domain, and the generation it came with. */
        void domain(String name, long since) {
            write(() -> {
                out.writeByte(DOMAIN);
                out.writeUTF(name);
                out.writeLong(since);
            });
        }

        private interface Step {
            void run() throws IOException;
        }

        private static void write(Step step) {
            try {
                step.run();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
