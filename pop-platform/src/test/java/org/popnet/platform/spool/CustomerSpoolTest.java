package org.popnet.platform.spool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.popnet.platform.message.Message.LogBatch;
import org.popnet.platform.message.Message.Lost;
import org.springframework.util.unit.DataSize;

class CustomerSpoolTest {
    static final SpoolSettings SMALL = new SpoolSettings(
            true,
            Duration.ofMillis(10),
            DataSize.ofKilobytes(64),
            DataSize.ofKilobytes(256),
            DataSize.ofKilobytes(512),
            48,
            Duration.ofMillis(10),
            Duration.ofMillis(100),
            Duration.ofSeconds(5));

    private final BatchFormat.Packer packer = new BatchFormat.Packer();
    private final List<CustomerSpool> opened = new ArrayList<>();

    @TempDir
    Path directory;

    @AfterEach
    void close() {
        opened.forEach(CustomerSpool::close);
        packer.close();
    }

    @Test
    void batchesHoldEveryRecordOnceInOrderAndFitADatagram() throws Exception {
        CustomerSpool spool = open();
        append(spool, 0, 1000);
        spool.cut(packer);

        assertThat(records(spool)).containsExactlyElementsOf(numbers(0, 1000));
        assertThat(messages(spool))
                .allSatisfy(m -> assertThat(m.zstd()).hasSizeLessThanOrEqualTo(BatchFormat.BATCH_BYTES_MAX));
        assertThat(messages(spool).size()).isLessThan(60);
    }

    @Test
    void recordsThatDoNotCompressFitToo() throws Exception {
        CustomerSpool spool = open();
        Random random = new Random(3);
        for (int i = 0; i < 60; i++) {
            StringBuilder noise = new StringBuilder("/");
            random.ints(700, 0x21, 0x7F).forEach(c -> noise.append((char) c));
            AccessRecord r = Records.numbered(i);
            spool.append(new AccessRecord(
                    r.timeMs(),
                    noise.substring(0, 250),
                    r.client(),
                    r.method(),
                    noise.toString(),
                    r.protocol(),
                    200,
                    r.cache(),
                    1,
                    1,
                    1,
                    1,
                    noise.substring(300),
                    noise.substring(400),
                    noise.substring(500)));
        }
        spool.cut(packer);
        assertThat(messages(spool))
                .allSatisfy(m -> assertThat(m.zstd()).hasSizeLessThanOrEqualTo(BatchFormat.BATCH_BYTES_MAX));
        assertThat(records(spool)).hasSize(60);
    }

    @Test
    void aReopenedSpoolHasTheSameIdentityAndTheSameBatches() throws Exception {
        CustomerSpool before = open();
        append(before, 0, 300);
        before.cut(packer);
        append(before, 300, 310);
        List<byte[]> sent = messages(before).stream().map(LogBatch::zstd).toList();
        before.acknowledge(1);

        CustomerSpool after = open();
        assertThat(after.id()).isEqualTo(before.id());
        List<byte[]> again = messages(after).stream().map(LogBatch::zstd).toList();
        assertThat(again).hasSize(sent.size() - 1);
        for (int i = 0; i < again.size(); i++) {
            assertThat(again.get(i)).isEqualTo(sent.get(i + 1));
        }
        after.cut(packer);
        append(after, 310, 320);
        after.cut(packer);
        assertThat(after.unacknowledged())
                .extracting(b -> b.number)
                .doesNotHaveDuplicates()
                .isSorted();
        assertThat(records(after)
                        .subList(records(after).size() - 20, records(after).size()))
                .containsExactlyElementsOf(numbers(300, 320));
    }

    @Test
    void numbersGoOnAfterEverythingWasAcknowledgedAndDeleted() throws Exception {
        CustomerSpool spool = open();
        append(spool, 0, 1000);
        spool.cut(packer);
        long last = acknowledgeAll(spool);
        spool.deleteDone();
        assertThat(spool.segmentBytes()).isEqualTo(64 * 1024);
        spool.close();

        CustomerSpool again = open();
        assertThat(again.unacknowledged()).isEmpty();
        append(again, 0, 1);
        again.cut(packer);
        assertThat(again.unacknowledged()).extracting(b -> b.number).containsExactly(last + 1);
        again.deleteDone();
        acknowledgeAll(again);
        again.close();

        CustomerSpool third = open();
        third.deleteDone();
        append(third, 0, 1);
        third.cut(packer);
        third.deleteDone();
        assertThat(third.unacknowledged()).extracting(b -> b.number).containsExactly(last + 2);
        assertThat(third.segmentBytes()).isEqualTo(64 * 1024);
    }

    @Test
    void aFullSpoolDropsAndTakesAgainWhenSomethingWasAcknowledged() throws Exception {
        CustomerSpool spool = open();
        int kept = 0;
        while (spool.append(Records.numbered(kept)) == CustomerSpool.Outcome.APPENDED) {
            kept++;
        }
        assertThat(spool.segmentBytes()).isEqualTo(256 * 1024);
        spool.cut(packer);
        assertThat(records(spool)).containsExactlyElementsOf(numbers(0, kept));
        acknowledgeAll(spool);
        spool.deleteDone();
        assertThat(spool.append(Records.numbered(0))).isEqualTo(CustomerSpool.Outcome.APPENDED);
    }

    @Test
    void whatFoundNoRoomIsCountedOnDiskWithItsTimes() throws Exception {
        CustomerSpool spool = open();
        int kept = 0;
        while (spool.append(Records.numbered(kept)) == CustomerSpool.Outcome.APPENDED) {
            assertThat(spool.lost()).isNull();
            kept++;
        }
        spool.append(Records.numbered(kept + 7));
        spool.append(Records.numbered(kept - 3));
        Lost lost = new Lost(
                3,
                Records.numbered(kept - 3).timeMs(),
                Records.numbered(kept + 7).timeMs());
        assertThat(spool.lost()).isEqualTo(lost);
        // As a process leaves it that is killed: nothing was closed or synced.
        assertThat(open().lost()).isEqualTo(lost);
    }

    @Test
    void aSpoolThatKeepsUpStaysSmallAndOneThatDoesNotNeedsFewFiles() throws Exception {
        SpoolSettings roomy = new SpoolSettings(
                true,
                Duration.ofMillis(10),
                DataSize.ofMegabytes(1),
                DataSize.ofMegabytes(4),
                DataSize.ofMegabytes(8),
                48,
                Duration.ofMillis(10),
                Duration.ofMillis(100),
                Duration.ofSeconds(5));
        CustomerSpool spool = CustomerSpool.open("customer1", directory, roomy, () -> 1, new Unlimited());
        opened.add(spool);
        for (int i = 0; i < 10_000; i++) {
            spool.append(Records.numbered(i));
            if (i % 100 == 0) {
                spool.cut(packer);
                acknowledgeAll(spool);
                spool.deleteDone();
                assertThat(spool.segmentBytes()).isLessThanOrEqualTo(3 * CustomerSpool.FIRST_SEGMENT_BYTES);
            }
        }
        int kept = 0;
        while (spool.append(Records.numbered(kept)) == CustomerSpool.Outcome.APPENDED) {
            kept++;
        }
        assertThat(spool.segmentBytes()).isBetween(4_000_000L - 2 * CustomerSpool.FIRST_SEGMENT_BYTES, 4L << 20);
        try (var files = Files.list(directory)) {
            assertThat(files.filter(f -> f.toString().endsWith(".seg"))).hasSizeLessThan(12);
        }
        spool.cut(packer);
        assertThat(records(spool)).hasSizeGreaterThanOrEqualTo(kept);
    }

    @Test
    void aSegmentThatWasPreparedAheadIsUsedInOrder() throws Exception {
        CustomerSpool spool = open();
        for (int i = 0; i < 900; i++) {
            assertThat(spool.append(Records.numbered(i))).isEqualTo(CustomerSpool.Outcome.APPENDED);
            spool.prepareNextSegment();
        }
        spool.cut(packer);
        assertThat(records(spool)).containsExactlyElementsOf(numbers(0, 900));
    }

    @Test
    void bytesOfADeadProcessBehindTheLastRecordDoNotComeBack() throws Exception {
        CustomerSpool spool = open();
        append(spool, 0, 3);
        spool.close();
        Path segment = directory.resolve("00000001.seg");
        byte[] bytes = Files.readAllBytes(segment);
        int end = bytes.length;
        while (bytes[--end - 20_000] == 0) {}
        // a torn append: payload and checksum are there, its length is not
        java.util.Arrays.fill(bytes, end - 20_000 + 16, end - 20_000 + 600, (byte) 7);
        Files.write(segment, bytes);

        CustomerSpool again = open();
        again.cut(packer);
        assertThat(records(again)).containsExactlyElementsOf(numbers(0, 3));
    }

    @Test
    void aForeignFileIsRefusedAndLeftAlone() throws Exception {
        open().close();
        Path foreign = directory.resolve("00000007.seg");
        Files.write(foreign, new byte[70_000]);
        assertThatThrownBy(this::open).isInstanceOf(IOException.class).hasMessageContaining("not segment 7");
        assertThat(foreign).exists();
        Files.delete(foreign);
        append(open(), 0, 1);
        Files.delete(directory.resolve("spool.id"));
        assertThatThrownBy(this::open).isInstanceOf(IOException.class).hasMessageContaining("spool.id");
    }

    private CustomerSpool open() throws IOException {
        CustomerSpool spool =
                CustomerSpool.open("customer1", directory, SMALL, new Random(5)::nextLong, new Unlimited());
        opened.add(spool);
        return spool;
    }

    private static void append(CustomerSpool spool, int from, int to) {
        for (int i = from; i < to; i++) {
            assertThat(spool.append(Records.numbered(i))).isEqualTo(CustomerSpool.Outcome.APPENDED);
        }
    }

    private long acknowledgeAll(CustomerSpool spool) {
        List<Long> numbers = spool.unacknowledged().stream().map(b -> b.number).toList();
        numbers.forEach(n -> assertThat(spool.acknowledge(n)).isTrue());
        return numbers.getLast();
    }

    private List<LogBatch> messages(CustomerSpool spool) {
        return spool.unacknowledged().stream()
                .map(b -> new LogBatch("customer1", spool.id(), b.number, b.records(), spool.pack(b, packer)))
                .toList();
    }

    private List<Long> records(CustomerSpool spool) throws Exception {
        List<Long> numbers = new ArrayList<>();
        for (LogBatch batch : messages(spool)) {
            BatchFormat.unpack(batch).records().forEach(r -> numbers.add(r.timeMs() - 1_700_000_000_000L));
        }
        return numbers;
    }

    private static List<Long> numbers(long from, long to) {
        return LongStream.range(from, to).boxed().toList();
    }

    private static final class Unlimited implements CustomerSpool.Budget {
        @Override
        public boolean reserve(long bytes) {
            return true;
        }

        @Override
        public void take(long bytes) {}

        @Override
        public void release(long bytes) {}
    }
}
