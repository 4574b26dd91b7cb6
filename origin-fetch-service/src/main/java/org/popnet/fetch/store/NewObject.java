package org.popnet.fetch.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongConsumer;
import java.util.zip.CRC32C;

/**
 * An object that is being written to its partial file. One thread writes; any number may {@link #read} what was written
 * so far, also after it was published or discarded, until the last one has released it.
 */
public final class NewObject {
    private final long id;
    private final ObjectKey key;
    private final StoredHead head;
    private final byte[] encodedHead;
    private final int capacity;
    private final Path path;
    private final FileChannel channel;
    private final LongConsumer partialBytes;
    private final DiskHealth disk;
    private final AtomicInteger users = new AtomicInteger(1);

    private final CRC32C crc = new CRC32C();
    private ByteBuffer checksums = ByteBuffer.allocate(16);
    private long length;
    private long counted;

    /**
     * @param partialBytes told of every change of the bytes this takes while unpublished
     * @param disk told of every failure to write
     */
    NewObject(
            long id,
            ObjectKey key,
            StoredHead head,
            byte[] encodedHead,
            Path path,
            LongConsumer partialBytes,
            DiskHealth disk)
            throws IOException {
        this.id = id;
        this.key = key;
        this.head = head;
        this.encodedHead = encodedHead;
        this.capacity = ObjectFile.capacityFor(encodedHead);
        this.path = path;
        this.partialBytes = partialBytes;
        this.disk = disk;
        this.channel = FileChannel.open(
                path, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE);
    }

    ObjectKey key() {
        return key;
    }

    long id() {
        return id;
    }

    public StoredHead head() {
        return head;
    }

    /** Bytes of the body that were written. */
    public long length() {
        return length;
    }

    /** Appends to the body; on failure nothing more may be written, but what was before stays readable. */
    public void write(byte[] bytes, int offset, int count) throws IOException {
        try {
            append(bytes, offset, count);
        } catch (IOException e) {
            disk.failed(e);
            throw e;
        }
        partialBytes.accept(count);
        counted += count;
    }

    private void append(byte[] bytes, int offset, int count) throws IOException {
        int left = count;
        int from = offset;
        while (left > 0) {
            int room = ObjectFile.SEGMENT_BYTES - (int) (length % ObjectFile.SEGMENT_BYTES);
            int part = Math.min(left, room);
            ByteBuffer source = ByteBuffer.wrap(bytes, from, part);
            for (long at = capacity + length; source.hasRemaining(); ) {
                at += channel.write(source, at);
            }
            crc.update(bytes, from, part);
            length += part;
            if (part == room) {
                endSegment();
            }
            from += part;
            left -= part;
        }
    }

    private void endSegment() {
        if (checksums.remaining() < 8) {
            checksums = ByteBuffer.allocate(checksums.capacity() * 2).put(checksums.flip());
        }
        checksums.putInt((int) crc.getValue());
        crc.reset();
    }

    /** Reads up to {@code count} bytes of the body at this position, which must have been written. */
    public int read(byte[] into, int offset, int count, long position) throws IOException {
        return channel.read(ByteBuffer.wrap(into, offset, count), capacity + position);
    }

    /** Completes the file and renames it to its place. */
    ObjectFile.Header publish(Path place, boolean force) throws IOException {
        if (length % ObjectFile.SEGMENT_BYTES != 0) {
            endSegment();
        }
        CRC32C ofTable = new CRC32C();
        ofTable.update(checksums.array(), 0, checksums.position());
        checksums.putInt((int) ofTable.getValue()).flip();
        writeFully(checksums, capacity + length);
        writeFully(ObjectFile.header(capacity, id, length, encodedHead), 0);
        if (force) {
            channel.force(true);
        }
        Files.move(path, place, StandardCopyOption.ATOMIC_MOVE);
        uncount();
        return new ObjectFile.Header(capacity, id, length, key, head);
    }

    private void writeFully(ByteBuffer source, long position) throws IOException {
        for (long at = position; source.hasRemaining(); ) {
            at += channel.write(source, at);
        }
    }

    /** Deletes the partial file; readers keep what they have. */
    public void discard() {
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            // the next start deletes it
        }
        uncount();
    }

    private void uncount() {
        partialBytes.accept(-counted);
        counted = 0;
    }

    /** @return false if the last user has gone */
    public boolean retain() {
        return users.getAndUpdate(n -> n == 0 ? 0 : n + 1) > 0;
    }

    /** Ends one use; the writer's own is the first. */
    public void release() {
        if (users.decrementAndGet() == 0) {
            try {
                channel.close();
            } catch (IOException e) {
                // nothing more is read or written here
            }
        }
    }
}
