package org.popnet.fetch.store;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.popnet.caching.Vary;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A list of what was stored, so that a start need not open every file. It is a hint and no more: files alone say what is
 * there, a file that is not listed is read, what is listed without a file counts for nothing, and a file that does not
 * hold what the list says is dropped when it is opened. So it is never synced, and may be deleted while the node is down.
 *
 * <p>A log: each record is its length, its CRC32C and its content; reading stops at the first that is not whole. The first
 * holds the highest id of all that came before. It is written anew when most of it is history.
 */
final class Catalogue implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Catalogue.class);

    static final String NAME = "catalogue";
    private static final int RECORD_BYTES_MAX = ObjectFile.HEAD_BYTES_MAX + 64;
    /** History that is never worth writing the list anew for, in records. */
    static final long HISTORY_KEPT = 100_000;

    private final Path file;
    private final Executor writing;
    private @Nullable FileChannel channel;
    private @Nullable Contents contents;
    private long records;
    /** When there are more records than this, the list is written anew. */
    private long recordsMax;

    private long highestId;
    private long readBytes;
    private long readRecords;
    private boolean rewriting;
    private final List<byte[]> addedMeanwhile = new ArrayList<>();

    /** Takes one stored object. */
    interface Sink {
        void accept(ObjectKey key, Entry entry) throws IOException;
    }

    /** Gives all that is stored. */
    interface Contents {
        void giveTo(Sink sink) throws IOException;
    }

    Catalogue(Path root) {
        this(root, rewriting -> Thread.ofVirtual().name("catalogue").start(rewriting));
    }

    /** @param writing writes the list anew when it is due */
    Catalogue(Path root, Executor writing) {
        this.file = root.resolve(NAME);
        this.writing = writing;
    }

    /**
     * Reads what was listed, oldest first, as far as it is whole.
     *
     * @return the highest id that was ever used; 0 if there is no list
     */
    long read(Sink sink) {
        long highest = 0;
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file), 1 << 20))) {
            CRC32C crc = new CRC32C();
            byte[] first = record(in, crc);
            highest = ByteBuffer.wrap(first).getLong();
            readBytes = 8 + first.length;
            while (true) {
                byte[] record = record(in, crc);
                ByteArrayInputStream bytes = new ByteArrayInputStream(record);
                highest = Math.max(highest, parse(bytes, sink));
                readBytes += 8 + record.length;
                readRecords++;
            }
        } catch (EOFException | java.nio.file.NoSuchFileException e) {
            // the end, or none yet
        } catch (IOException | RuntimeException e) {
            log.info(
                    "{} is read up to a damaged place: the files not listed are read themselves ({})",
                    file,
                    e.toString());
        }
        return highest;
    }

    private static byte[] record(DataInputStream in, CRC32C crc) throws IOException {
        int length = in.readInt();
        if (length < 8 || length > RECORD_BYTES_MAX) {
            throw new IOException("record of " + length + " bytes");
        }
        int expected = in.readInt();
        byte[] record = new byte[length];
        in.readFully(record);
        crc.reset();
        crc.update(record);
        if ((int) crc.getValue() != expected) {
            throw new IOException("checksum");
        }
        return record;
    }

    private static long parse(ByteArrayInputStream bytes, Sink sink) throws IOException {
        DataInputStream in = new DataInputStream(bytes);
        long id = in.readLong();
        int blocks = in.readInt();
        ObjectKey key = new ObjectKey(ObjectFile.text(in), ObjectFile.text(in), in.readInt());
        List<String> fields = ObjectFile.texts(in);
        Vary vary = fields.isEmpty() ? Vary.NONE : new Vary(false, fields);
        sink.accept(key, new Entry(id, blocks, vary, ObjectFile.text(in), ObjectFile.texts(in)));
        return id;
    }

    private static byte[] encode(ObjectKey key, Entry entry) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeLong(0); // for length and checksum
            out.writeLong(entry.id());
            out.writeInt(entry.blocks());
            ObjectFile.put(out, key.site());
            ObjectFile.put(out, key.target());
            out.writeInt(key.segment());
            ObjectFile.put(out, entry.vary().fields());
            ObjectFile.put(out, entry.variant());
            ObjectFile.put(out, entry.tags());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        return framed(bytes.toByteArray());
    }

    private static byte[] framed(byte[] record) {
        CRC32C crc = new CRC32C();
        crc.update(record, 8, record.length - 8);
        ByteBuffer.wrap(record).putInt(record.length - 8).putInt((int) crc.getValue());
        return record;
    }

    /**
     * Keeps the list from here on: behind what was read if most of that still holds, else written anew.
     *
     * @param holding how many of the records that were read still hold
     */
    void begin(long highestIdSoFar, long holding, Contents stored) {
        synchronized (this) {
            contents = stored;
            highestId = highestIdSoFar;
            if (readBytes > 0 && readRecords <= 2 * holding && goOn(holding)) {
                return;
            }
            rewriting = true;
        }
        rewrite();
    }

    private static long bound(long holding) {
        return 2 * holding + HISTORY_KEPT;
    }

    private boolean goOn(long holding) {
        try {
            FileChannel opened = FileChannel.open(file, StandardOpenOption.WRITE);
            channel = opened;
            opened.truncate(readBytes); // what a crash has left of a record
            opened.position(readBytes);
            records = readRecords;
            recordsMax = bound(holding);
            return true;
        } catch (IOException e) {
            log.warn("{} cannot be gone on with ({}) and is written anew", file, e.toString());
            return false;
        }
    }

    /** Lists a new object. Never fails: what cannot be listed is found by reading it. */
    void added(ObjectKey key, Entry entry) {
        byte[] record = encode(key, entry);
        boolean due;
        synchronized (this) {
            highestId = Math.max(highestId, entry.id());
            if (rewriting) {
                addedMeanwhile.add(record);
            }
            append(record);
            due = !rewriting && channel != null && records > recordsMax;
            rewriting |= due;
        }
        if (due) {
            writing.execute(this::rewrite);
        }
    }

    private synchronized void append(byte[] record) {
        FileChannel to = channel;
        if (to == null) {
            return;
        }
        try {
            ByteBuffer bytes = ByteBuffer.wrap(record);
            while (bytes.hasRemaining()) {
                to.write(bytes);
            }
            records++;
        } catch (IOException e) {
            log.warn("{} is not kept on: {}; the next start reads the files instead", file, e.toString());
            closeQuietly(to);
            channel = null; // whatever was written in part ends the list
        }
    }

    private void rewrite() {
        Path next = file.resolveSibling(NAME + ".new");
        long[] written = {0};
        try {
            Contents stored;
            long highest;
            synchronized (this) {
                stored = java.util.Objects.requireNonNull(contents);
                highest = highestId;
            }
            try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(next), 1 << 20)) {
                out.write(framed(ByteBuffer.allocate(16).putLong(8, highest).array()));
                stored.giveTo((key, entry) -> {
                    out.write(encode(key, entry));
                    written[0]++;
                });
            }
            FileChannel opened = FileChannel.open(next, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
            synchronized (this) {
                Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
                if (channel != null) {
                    closeQuietly(channel);
                }
                channel = opened;
                records = written[0];
                recordsMax = bound(written[0]);
                addedMeanwhile.forEach(this::append);
            }
        } catch (IOException e) {
            log.warn("{} cannot be written anew ({}): it is gone on with, and tried again later", file, e.toString());
            synchronized (this) {
                recordsMax = records + HISTORY_KEPT;
            }
        } finally {
            synchronized (this) {
                rewriting = false;
                addedMeanwhile.clear();
            }
        }
    }

    @Override
    public synchronized void close() {
        if (channel != null) {
            closeQuietly(channel);
            channel = null;
        }
    }

    private static void closeQuietly(FileChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            // a hint only
        }
    }
}
