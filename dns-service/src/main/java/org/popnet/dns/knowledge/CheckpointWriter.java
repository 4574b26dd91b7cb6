package org.popnet.dns.knowledge;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.popnet.platform.message.Message.PersistenceRecord;
import org.popnet.platform.message.TargetId;

/** The records of a {@link Checkpoint}, written to memory: what fills a piece goes to disk without any lock. */
final class CheckpointWriter {
    static final byte END = 0;
    /** One cell of the table of latencies; only releases before version 3 wrote it. */
    static final byte LATENCY = 1;

    static final byte VERDICT = 2;
    static final byte PERSISTENCE = 3;
    static final byte DOMAIN = 4;
    static final byte COLUMN = 5;
    static final byte ROW = 6;
    /** The end of a row, in place of a column's number. */
    static final short ROW_END = -1;

    static final short UNANSWERED = -1;

    private static final int PIECE_BYTES = 1 << 16;
    /** A record without the texts in it, a cell of a row included. */
    private static final int RECORD_BYTES = 64;

    private ByteBuffer buffer = ByteBuffer.allocate(2 * PIECE_BYTES);

    /** Whether it is time to write what is here to disk. */
    boolean isFull() {
        return buffer.position() >= PIECE_BYTES;
    }

    /** What was written since the last call, to be read before anything else is written. */
    ByteBuffer take() {
        ByteBuffer taken = buffer.duplicate().flip();
        buffer.clear();
        return taken;
    }

    private ByteBuffer room(int bytes) {
        if (buffer.remaining() < bytes) {
            buffer = ByteBuffer.allocate(2 * (buffer.capacity() + bytes)).put(buffer.flip());
        }
        return buffer;
    }

    private void text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        room(bytes.length + RECORD_BYTES).putShort((short) bytes.length).put(bytes);
    }

    void head(int magic, int version, long wallClockMs) {
        room(RECORD_BYTES).putInt(magic).putInt(version).putLong(wallClockMs);
    }

    void end() {
        room(RECORD_BYTES).put(END);
    }

    void checksum(long crc) {
        room(RECORD_BYTES).putLong(crc);
    }

    /** A POP has this column in the rows that follow. */
    void column(int number, String pop) {
        room(RECORD_BYTES).put(COLUMN).putShort((short) number);
        text(pop);
    }

    /** Begins a client prefix; its cells follow, then {@link #rowEnd}. */
    void row(long high, long low) {
        room(RECORD_BYTES).put(ROW).putLong(high).putLong(low);
    }

    /** @param rttTenths of a millisecond, as an unsigned number; {@link #UNANSWERED} if no attempt was answered */
    void cell(int column, short rttTenths, byte lossPercent, int ageMs) {
        room(RECORD_BYTES)
                .putShort((short) column)
                .putShort(rttTenths)
                .put(lossPercent)
                .putInt(ageMs);
    }

    void rowEnd() {
        room(RECORD_BYTES).putShort(ROW_END);
    }

    void verdict(TargetId target, boolean down, long ageMs) {
        room(RECORD_BYTES).put(VERDICT);
        text(target.text());
        buffer.put((byte) (down ? 1 : 0)).putLong(ageMs);
    }

    void persistence(PersistenceRecord kept) {
        room(RECORD_BYTES)
                .put(PERSISTENCE)
                .putLong(kept.key())
                .putLong(kept.server())
                .putLong(kept.madeMs());
        text(kept.madeBy());
        buffer.putLong(kept.leftMs()).putInt(kept.moves()).put((byte) (kept.guessed() ? 1 : 0));
    }

    /** A domain, and the generation it came with. */
    void domain(String name, long since) {
        room(RECORD_BYTES).put(DOMAIN);
        text(name);
        buffer.putLong(since);
    }
}
