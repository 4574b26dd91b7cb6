package org.popnet.fetch.store;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.popnet.caching.Freshness;
import org.popnet.caching.Headers;
import org.popnet.caching.Vary;

/**
 * The format of an object's file, version {@value #VERSION}; numbers are big-endian.
 *
 * <pre>
 *  0  8  magic "POPNETOB"
 *  8  4  version
 * 12  4  capacity: the body starts at this offset; between head and body is room for a longer head
 * 16  8  id: the file's name
 * 24  8  length of the body
 * 32  4  length of the head
 * 36  4  CRC32C of bytes 0 to 35 and the head
 * 40  …  head: key, status, times, vary, tags, fields, and which segment it is if it is one
 *     …  body
 *     …  CRC32C of each segment of 1 MiB of the body, 4 bytes each, and of these checksums together
 * </pre>
 */
final class ObjectFile {
    static final int VERSION = 1;
    static final int SEGMENT_BYTES = 1 << 20;
    /** A head longer than this is not stored; it is read into memory whole. */
    static final int HEAD_BYTES_MAX = 256 * 1024;

    static final int FIXED_BYTES = 40;
    private static final long MAGIC = 0x504f504e45544f42L;
    private static final int SLACK_BYTES = 512;
    private static final int ALIGNMENT = 512;

    private ObjectFile() {}

    /** What stands before a body. */
    record Header(int capacity, long id, long length, ObjectKey key, StoredHead head) {
        long fileBytes() {
            return capacity + length + 4L * segments(length) + 4;
        }
    }

    /** A file that is not, or no longer, what was written. */
    static final class CorruptException extends IOException {
        private static final long serialVersionUID = 1L;

        CorruptException(String message) {
            super(message);
        }
    }

    static int segments(long length) {
        return Math.toIntExact((length + SEGMENT_BYTES - 1) / SEGMENT_BYTES);
    }

    /** How much room to leave for this head: itself and some more, so that a 304 can bring longer fields. */
    static int capacityFor(byte[] head) {
        int bytes = FIXED_BYTES + head.length + SLACK_BYTES;
        return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }

    /** @return the bytes that stand at the beginning of the file, as many as fixed part and head need */
    static ByteBuffer header(int capacity, long id, long length, byte[] head) {
        ByteBuffer bytes = ByteBuffer.allocate(FIXED_BYTES + head.length);
        bytes.putLong(MAGIC)
                .putInt(VERSION)
                .putInt(capacity)
                .putLong(id)
                .putLong(length)
                .putInt(head.length);
        CRC32C crc = new CRC32C();
        crc.update(bytes.array(), 0, FIXED_BYTES - 4);
        crc.update(head);
        return bytes.putInt((int) crc.getValue()).put(head).flip();
    }

    /** How many bytes {@link #parse} needs, as the first {@link #FIXED_BYTES} tell. */
    static int headerBytes(ByteBuffer start) throws CorruptException {
        if (start.remaining() < FIXED_BYTES || start.getLong(start.position()) != MAGIC) {
            throw new CorruptException("not an object's file");
        }
        int version = start.getInt(start.position() + 8);
        if (version != VERSION) {
            throw new CorruptException("version " + version + ", this software reads " + VERSION);
        }
        int headBytes = start.getInt(start.position() + 32);
        int capacity = start.getInt(start.position() + 12);
        if (headBytes < 0 || headBytes > HEAD_BYTES_MAX || capacity < FIXED_BYTES + headBytes) {
            throw new CorruptException("head of " + headBytes + " bytes in " + capacity);
        }
        return FIXED_BYTES + headBytes;
    }

    static Header parse(ByteBuffer bytes) throws CorruptException {
        int headerBytes = headerBytes(bytes);
        if (bytes.remaining() < headerBytes) {
            throw new CorruptException("ends within its head");
        }
        byte[] all = new byte[headerBytes];
        bytes.duplicate().get(all);
        CRC32C crc = new CRC32C();
        crc.update(all, 0, FIXED_BYTES - 4);
        crc.update(all, FIXED_BYTES, headerBytes - FIXED_BYTES);
        ByteBuffer fixed = ByteBuffer.wrap(all);
        if (fixed.getInt(36) != (int) crc.getValue()) {
            throw new CorruptException("checksum of the head");
        }
        int capacity = fixed.getInt(12);
        long id = fixed.getLong(16);
        long length = fixed.getLong(24);
        if (length < 0) {
            throw new CorruptException("unfinished");
        }
        try (DataInputStream in =
                new DataInputStream(new ByteArrayInputStream(all, FIXED_BYTES, headerBytes - FIXED_BYTES))) {
            String site = text(in);
            String target = text(in);
            StoredHead head = head(in);
            ObjectKey key = new ObjectKey(site, target, in.available() >= 4 ? in.readInt() : ObjectKey.WHOLE);
            return new Header(capacity, id, length, key, head);
        } catch (IOException | RuntimeException e) {
            throw new CorruptException("head: " + e);
        }
    }

    static byte[] encode(ObjectKey key, StoredHead head) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(1024);
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            put(out, key.site());
            put(out, key.target());
            out.writeShort(head.status());
            out.writeLong(head.storedAtMs());
            Freshness f = head.freshness();
            out.writeLong(f.bornMs());
            out.writeLong(f.lifetimeMs());
            out.writeBoolean(f.heuristic());
            out.writeLong(f.whileRevalidateMs());
            out.writeLong(f.ifErrorMs());
            put(out, head.vary().fields());
            put(out, head.variant());
            put(out, head.tags());
            out.writeInt(head.headers().size());
            for (int i = 0; i < head.headers().size(); i++) {
                put(out, head.headers().name(i));
                put(out, head.headers().value(i));
            }
            if (key.segment() != ObjectKey.WHOLE) {
                out.writeInt(key.segment());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static StoredHead head(DataInputStream in) throws IOException {
        int status = in.readUnsignedShort();
        long storedAtMs = in.readLong();
        Freshness freshness =
                new Freshness(in.readLong(), in.readLong(), in.readBoolean(), in.readLong(), in.readLong());
        Vary vary = new Vary(false, texts(in));
        String variant = text(in);
        List<String> tags = texts(in);
        String[] fields = new String[2 * Math.min(in.readInt(), HEAD_BYTES_MAX)];
        for (int i = 0; i < fields.length; i++) {
            fields[i] = text(in);
        }
        return new StoredHead(status, Headers.of(fields), vary, variant, freshness, tags, storedAtMs);
    }

    static void put(DataOutputStream out, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    static void put(DataOutputStream out, List<String> texts) throws IOException {
        out.writeInt(texts.size());
        for (String text : texts) {
            put(out, text);
        }
    }

    static String text(DataInputStream in) throws IOException {
        int length = in.readInt();
        if (length < 0 || length > in.available()) {
            throw new CorruptException("text of " + length + " bytes");
        }
        return new String(in.readNBytes(length), StandardCharsets.UTF_8);
    }

    static List<String> texts(DataInputStream in) throws IOException {
        int count = in.readInt();
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            texts.add(text(in));
        }
        return texts;
    }
}
