package org.popnet.platform.spool;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.popnet.platform.message.Message.LogBatch;

/** What a {@link LogBatch} carries; {@code package-info} has the layout. */
public final class BatchFormat {
    /**
     * Most bytes of {@link LogBatch#zstd()}. Of the 1,200 bytes of a datagram, the rest is left to the envelope and to
     * the other fields of the message with names of any length that host names of a network have.
     */
    public static final int BATCH_BYTES_MAX = 930;
    /** Most bytes of a batch's records before compression: bounds what a receiver has to hold. */
    public static final int RAW_BYTES_MAX = 32 * 1024;

    /** Format byte and the longest varint. */
    private static final int HEADER_BYTES_MAX = 10;

    private BatchFormat() {}

    /**
     * The contents of a batch.
     *
     * @param newestBatch the highest batch number that the sender had cut when it sent this
     */
    public record Contents(long newestBatch, List<LogRecord> records) {
        public Contents {
            records = List.copyOf(records);
        }
    }

    /**
     * @throws UnknownFormatException if a newer version made it
     * @throws MalformedBatchException if it is damaged, exceeds a bound, or does not hold the records it announces
     */
    public static Contents unpack(LogBatch batch) throws MalformedBatchException, UnknownFormatException {
        byte[] bytes = batch.zstd();
        ByteSource header = new ByteSource(bytes, 0, Math.min(bytes.length, HEADER_BYTES_MAX));
        int format = header.octet();
        if (!LogRecordCodec.isFormat(format)) {
            throw new UnknownFormatException("batch format " + format + ": this version reads 1 and 2");
        }
        long newest = header.varint();
        byte[] frame = Arrays.copyOfRange(bytes, header.position(), bytes.length);
        if (frame.length == 0) {
            throw new MalformedBatchException("no zstd frame");
        }
        byte[] raw = decompress(frame);
        List<LogRecord> records = new ArrayList<>(Math.clamp(batch.records(), 0, RAW_BYTES_MAX / 16));
        ByteSource in = new ByteSource(raw, 0, raw.length);
        while (in.hasMore()) {
            records.add(LogRecordCodec.decode(format, in));
        }
        if (records.size() != batch.records()) {
            throw new MalformedBatchException(records.size() + " records: " + batch.records() + " were announced");
        }
        return new Contents(newest, records);
    }

    private static byte[] decompress(byte[] frame) throws MalformedBatchException {
        try {
            long size = Zstd.getFrameContentSize(frame);
            if (size < 0 || size > RAW_BYTES_MAX) {
                throw new MalformedBatchException(
                        "a frame of " + size + " bytes of records: must say 0 to " + RAW_BYTES_MAX);
            }
            byte[] raw = new byte[(int) size];
            long written = Zstd.decompress(raw, frame);
            if (Zstd.isError(written) || written != size) {
                throw new MalformedBatchException("not a zstd frame: " + Zstd.getErrorName(written));
            }
            return raw;
        } catch (ZstdException e) {
            throw new MalformedBatchException("not a zstd frame: " + e.getMessage());
        }
    }

    /** Makes batches; keeps the compressor's memory between them. For one thread. */
    static final class Packer implements AutoCloseable {
        private final ZstdCompressCtx compressor = new ZstdCompressCtx();
        private final byte[] scratch = new byte[(int) Zstd.compressBound(RAW_BYTES_MAX)];

        Packer() {
            compressor.setLevel(3);
            compressor.setContentSize(true);
        }

        /** The bytes of {@link LogBatch#zstd()} for these records. */
        byte[] pack(int format, byte[] records, int length, long newestBatch) {
            ByteSink header = new ByteSink();
            header.octet(format);
            header.varint(newestBatch);
            byte[] out = new byte[header.length() + (int) Zstd.compressBound(length)];
            System.arraycopy(header.array(), 0, out, 0, header.length());
            int frame = compressor.compressByteArray(
                    out, header.length(), out.length - header.length(), records, 0, length);
            return Arrays.copyOf(out, header.length() + frame);
        }

        /**
         * How many records fit a batch: at least 1, and within some percent of the most.
         *
         * @param ends for each record its end in the segment and its end in {@code raw}
         * @param expectedBytes how many bytes of records probably fit
         */
        int mostThatFit(byte[] raw, List<int[]> ends, int expectedBytes) {
            int fits = 1;
            int tooMany = ends.size() + 1;
            int guess = countWithin(ends, expectedBytes);
            for (int tries = 0; tries < 6 && tooMany - fits > 1; tries++) {
                guess = Math.clamp(guess, fits + 1, tooMany - 1);
                int length = ends.get(guess - 1)[1];
                int packed = packedSize(raw, length);
                if (packed <= BATCH_BYTES_MAX) {
                    fits = guess;
                } else {
                    tooMany = guess;
                }
                guess = countWithin(ends, (int) ((long) length * BATCH_BYTES_MAX / packed));
                if (packed <= BATCH_BYTES_MAX && packed > BATCH_BYTES_MAX * 15 / 16) {
                    break;
                }
            }
            return fits;
        }

        private static int countWithin(List<int[]> ends, int bytes) {
            int count = 0;
            while (count < ends.size() && ends.get(count)[1] <= bytes) {
                count++;
            }
            return count;
        }

        private int packedSize(byte[] raw, int length) {
            return HEADER_BYTES_MAX + compressor.compressByteArray(scratch, 0, scratch.length, raw, 0, length);
        }

        @Override
        public void close() {
            compressor.close();
        }
    }
}
