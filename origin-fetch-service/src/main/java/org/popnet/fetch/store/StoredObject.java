package org.popnet.fetch.store;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A stored object, opened for one reader. It stays readable after the store has evicted or replaced it. Every segment's
 * checksum is compared before any of its bytes are given.
 */
public final class StoredObject implements AutoCloseable {
    /** Read with the head in one go, so that a small object takes a single read. */
    private static final int PREFIX_BYTES = 16 * 1024;

    private static final int CHUNK_BYTES = 64 * 1024;

    private final Path path;
    private final FileChannel channel;
    private final ByteBuffer prefix;
    private final ObjectFile.Header header;
    private StoredHead head;
    private @Nullable ByteBuffer checksums;
    private int verified = -1;

    private StoredObject(Path path, FileChannel channel, ByteBuffer prefix, ObjectFile.Header header) {
        this.path = path;
        this.channel = channel;
        this.prefix = prefix;
        this.header = header;
        this.head = header.head();
    }

    /** @throws ObjectFile.CorruptException if head or size are not what was written */
    static StoredObject open(Path path) throws IOException {
        FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
        try {
            ByteBuffer prefix = ByteBuffer.allocate(PREFIX_BYTES);
            readFully(channel, prefix, 0);
            prefix.flip();
            int headerBytes = ObjectFile.headerBytes(prefix);
            if (headerBytes > prefix.limit()) {
                prefix = ByteBuffer.allocate(headerBytes);
                readFully(channel, prefix, 0);
                prefix.flip();
            }
            ObjectFile.Header header = ObjectFile.parse(prefix);
            long size = channel.size();
            if (size != header.fileBytes()) {
                throw new ObjectFile.CorruptException(size + " bytes, should be " + header.fileBytes());
            }
            return new StoredObject(path, channel, prefix, header);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    ObjectFile.Header header() {
        return header;
    }

    public ObjectKey key() {
        return header.key();
    }

    public StoredHead head() {
        return head;
    }

    /** Length of the body in bytes. */
    public long length() {
        return header.length();
    }

    /**
     * Checks the segment that holds this position, so that a damaged object is noticed before anything of it is sent.
     *
     * @throws ObjectFile.CorruptException if it is not what was written
     */
    public void verifyAt(long position) throws IOException {
        if (position < length()) {
            verify((int) (position / ObjectFile.SEGMENT_BYTES));
        }
    }

    /**
     * Checks all of the body.
     *
     * @throws ObjectFile.CorruptException if it is not what was written
     */
    void verifyAll() throws IOException {
        for (int segment = 0; segment < ObjectFile.segments(length()); segment++) {
            verify(segment);
        }
    }

    /** Writes a part of the body. */
    public void copyTo(OutputStream out, long first, long count) throws IOException {
        byte[] chunk = new byte[(int) Math.min(CHUNK_BYTES, count)];
        long end = first + count;
        for (long at = first; at < end; ) {
            int segment = (int) (at / ObjectFile.SEGMENT_BYTES);
            verify(segment);
            long segmentEnd = Math.min(end, (segment + 1L) * ObjectFile.SEGMENT_BYTES);
            while (at < segmentEnd) {
                int part = (int) Math.min(chunk.length, segmentEnd - at);
                read(ByteBuffer.wrap(chunk, 0, part), header.capacity() + at);
                out.write(chunk, 0, part);
                at += part;
            }
        }
    }

    /**
     * Compares a segment's checksum. It reads the segment once more than sending it would need to: from the page cache
     * that costs a tenth of sending, and no memory for whole segments of slow readers.
     */
    private void verify(int segment) throws IOException {
        if (segment == verified) {
            return;
        }
        long start = (long) segment * ObjectFile.SEGMENT_BYTES;
        int left = (int) Math.min(ObjectFile.SEGMENT_BYTES, length() - start);
        ByteBuffer chunk = ByteBuffer.allocate(Math.min(CHUNK_BYTES, left));
        CRC32C crc = new CRC32C();
        for (long at = header.capacity() + start; left > 0; at += chunk.limit(), left -= chunk.limit()) {
            chunk.clear().limit(Math.min(chunk.capacity(), left));
            read(chunk, at);
            crc.update(chunk.flip());
        }
        if ((int) crc.getValue() != checksums().getInt(4 * segment)) {
            throw new ObjectFile.CorruptException("checksum of segment " + segment);
        }
        verified = segment;
    }

    private ByteBuffer checksums() throws IOException {
        if (checksums == null) {
            int tableBytes = 4 * ObjectFile.segments(length());
            ByteBuffer table = ByteBuffer.allocate(tableBytes + 4);
            read(table, header.capacity() + length());
            CRC32C crc = new CRC32C();
            crc.update(table.array(), 0, tableBytes);
            if (table.getInt(tableBytes) != (int) crc.getValue()) {
                throw new ObjectFile.CorruptException("checksum of the checksums");
            }
            checksums = table;
        }
        return checksums;
    }

    /** Fills the buffer from this position of the file. */
    private void read(ByteBuffer into, long position) throws IOException {
        int count = into.remaining();
        if (position + count <= prefix.limit()) {
            into.put(prefix.slice((int) position, count));
        } else if (readFully(channel, into, position) < count) {
            throw new ObjectFile.CorruptException("ends at " + channel.size() + ", before " + (position + count));
        }
    }

    private static int readFully(FileChannel channel, ByteBuffer into, long position) throws IOException {
        int total = 0;
        while (into.hasRemaining()) {
            int count = channel.read(into, position + total);
            if (count < 0) {
                break;
            }
            total += count;
        }
        return total;
    }

    /**
     * Replaces the head after the origin has confirmed the object: from now on here, and on disk for later readers.
     *
     * @return false if the new head has no room in the file; the object should be removed then
     */
    boolean freshen(StoredHead confirmed) throws IOException {
        head = confirmed;
        byte[] encoded = ObjectFile.encode(header.key(), confirmed);
        if (ObjectFile.FIXED_BYTES + encoded.length > header.capacity()) {
            return false;
        }
        // One write over the old head: a crash within it leaves a head whose checksum fails, that is, no object.
        try (FileChannel writing = FileChannel.open(path, StandardOpenOption.WRITE)) {
            ByteBuffer bytes = ObjectFile.header(header.capacity(), header.id(), header.length(), encoded);
            for (long at = 0; bytes.hasRemaining(); ) {
                at += writing.write(bytes, at);
            }
        }
        return true;
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            // it was only read
        }
    }
}
