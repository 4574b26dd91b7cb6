package org.popnet.platform.spool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.popnet.platform.datagram.MessageSize;
import org.popnet.platform.message.Message.LogBatch;
import org.popnet.platform.message.Message.Lost;

class BatchFormatTest {
    @Test
    void theLargestBatchFitsADatagramWithTheLongestNames() {
        LogBatch batch = new LogBatch(
                "c".repeat(63),
                Long.MAX_VALUE,
                Long.MAX_VALUE / 2,
                BatchFormat.RAW_BYTES_MAX,
                new byte[BatchFormat.BATCH_BYTES_MAX],
                Long.MAX_VALUE,
                new Lost(Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE));
        assertThat(MessageSize.of(batch)).isLessThanOrEqualTo(MessageSize.BYTES_MAX);
    }

    @Test
    void recordsAndTheNewestBatchComeBack() throws Exception {
        BatchFormat.Contents contents = BatchFormat.unpack(batch(40, 123_456_789L));
        assertThat(contents.newestBatch()).isEqualTo(123_456_789L);
        assertThat(contents.records()).hasSize(40).first().isEqualTo(Records.numbered(0));
    }

    @Test
    void anotherFormatIsToldFromADamagedBatch() {
        LogBatch good = batch(3, 1);
        byte[] newer = good.zstd().clone();
        newer[0] = 3;
        assertThatThrownBy(() -> BatchFormat.unpack(with(good, newer, 3))).isInstanceOf(UnknownFormatException.class);
        assertThatThrownBy(() -> BatchFormat.unpack(with(good, new byte[0], 0)))
                .isInstanceOf(MalformedBatchException.class);
        assertThatThrownBy(() -> BatchFormat.unpack(with(good, good.zstd(), 4)))
                .isInstanceOf(MalformedBatchException.class)
                .hasMessageContaining("4 were announced");
        assertThatThrownBy(() -> BatchFormat.unpack(with(good, bomb(), 1)))
                .isInstanceOf(MalformedBatchException.class)
                .hasMessageContaining("32768");
    }

    @Test
    void mutatedBatchesAreReadOrRefusedAndNothingElse() {
        Random random = new Random(12);
        LogBatch good = batch(20, 7);
        int refused = 0;
        for (int i = 0; i < 50_000; i++) {
            byte[] bytes = good.zstd().clone();
            for (int flips = random.nextInt(3); flips >= 0; flips--) {
                bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
            }
            if (random.nextInt(4) == 0) {
                bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length));
            }
            try {
                BatchFormat.unpack(with(good, bytes, 20));
            } catch (MalformedBatchException | UnknownFormatException expected) {
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(10_000);
    }

    private static byte[] bomb() {
        byte[] frame = com.github.luben.zstd.Zstd.compress(new byte[10_000_000]);
        byte[] bytes = new byte[frame.length + 2];
        bytes[0] = LogRecordCodec.WITH_KIND;
        bytes[1] = 1;
        System.arraycopy(frame, 0, bytes, 2, frame.length);
        return bytes;
    }

    private static LogBatch batch(int count, long newest) {
        byte[] raw = new byte[BatchFormat.RAW_BYTES_MAX];
        int length = 0;
        ByteSink sink = new ByteSink();
        for (int i = 0; i < count; i++) {
            LogRecordCodec.encode(Records.numbered(i), sink);
            System.arraycopy(sink.array(), 0, raw, length, sink.length());
            length += sink.length();
        }
        try (BatchFormat.Packer packer = new BatchFormat.Packer()) {
            return new LogBatch("customer1", 1, 1, count, packer.pack(LogRecordCodec.WITH_KIND, raw, length, newest));
        }
    }

    private static LogBatch with(LogBatch batch, byte[] bytes, int records) {
        return new LogBatch(batch.customer(), batch.spool(), batch.batch(), records, bytes);
    }

    @Test
    void severalRecordsShareOneBatch() {
        assertThat(List.of(batch(8, 1).zstd().length, batch(16, 1).zstd().length))
                .allMatch(size -> size < BatchFormat.BATCH_BYTES_MAX);
    }
}
