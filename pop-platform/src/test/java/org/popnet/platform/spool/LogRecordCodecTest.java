package org.popnet.platform.spool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.popnet.platform.spool.AccessRecord.CacheResult;

class LogRecordCodecTest {
    @Test
    void everyRecordWithinBoundsComesBackAsItWas() throws Exception {
        Random random = new Random(1);
        for (int i = 0; i < 20_000; i++) {
            LogRecord record = Records.any(random);
            assertThat(roundTrip(record)).isEqualTo(record);
        }
    }

    @Test
    void theLargestRecordFitsEvenIfItDoesNotCompress() throws Exception {
        AccessRecord huge = huge("€".repeat(60_000));
        AccessRecord back = roundTrip(huge);

        assertThat(encoded(huge).length).isLessThanOrEqualTo(LogRecordCodec.RECORD_BYTES_MAX);
        assertThat(back.bytesOut()).isEqualTo(huge.bytesOut());
        assertThat(back.site()).isEqualTo("€".repeat(84));
        assertThat(back.url()).matches("€+~[0-9a-f]{16}");
        assertThat(back.url().getBytes(StandardCharsets.UTF_8).length).isLessThanOrEqualTo(512);
    }

    @Test
    void theLargestQueryAndTheLargestEventFitToo() throws Exception {
        String text = "€".repeat(60_000);
        QueryRecord query =
                new QueryRecord(Long.MAX_VALUE, text, text, text, text, text, text, text, Long.MAX_VALUE, 1_000_000);
        assertThat(encoded(query).length).isLessThanOrEqualTo(LogRecordCodec.RECORD_BYTES_MAX);
        assertThat(roundTrip(query).answer()).isEqualTo("€".repeat(42));

        EventRecord event = new EventRecord(Long.MAX_VALUE, text, text, text, text, Long.MAX_VALUE);
        assertThat(encoded(event).length).isLessThanOrEqualTo(LogRecordCodec.RECORD_BYTES_MAX);
        assertThat(roundTrip(event).reason()).isEqualTo("€".repeat(85));
        assertThat(roundTrip(event).detail()).hasSizeGreaterThan(100).matches("€+");
    }

    @Test
    void whatEarlierVersionsWroteIsReadAndWhatNewerOnesWroteIsNotTakenForDamage() throws Exception {
        AccessRecord record = Records.numbered(7);
        byte[] bytes = encoded(record);
        assertThat(LogRecordCodec.decode(LogRecordCodec.ACCESS_ONLY, new ByteSource(bytes, 1, bytes.length)))
                .isEqualTo(record);
        bytes[0] = 99;
        assertThatThrownBy(
                        () -> LogRecordCodec.decode(LogRecordCodec.WITH_KIND, new ByteSource(bytes, 0, bytes.length)))
                .isInstanceOf(UnknownFormatException.class)
                .hasMessageContaining("kind 99");
    }

    @Test
    void cutUrlsThatDifferStayDifferent() throws Exception {
        String begin = "/" + "a".repeat(600);
        assertThat(roundTrip(withUrl(begin + "1")).url())
                .hasSize(512)
                .isNotEqualTo(roundTrip(withUrl(begin + "2")).url());
        assertThat(roundTrip(withUrl("/" + "a".repeat(511))).url()).hasSize(512).endsWith("a");
    }

    @Test
    void addressesThatOnlyLookLikeIpv4StayTexts() throws Exception {
        for (String client :
                new String[] {"1.2.3", "1.2.3.4.5", "01.2.3.4", "256.1.1.1", "1..2.3", "", "::1", "1.2.3.4."}) {
            AccessRecord record = with(client, "/");
            assertThat(roundTrip(record).client()).isEqualTo(client);
        }
        assertThat(encoded(with("255.0.10.1", "/")).length).isLessThan(encoded(with("255.0.10.x", "/")).length);
    }

    @Test
    void mutatedBytesAreARecordOrRefusedAndNothingElse() {
        Random random = new Random(7);
        int refused = 0;
        for (int i = 0; i < 100_000; i++) {
            byte[] bytes = encoded(Records.any(random));
            for (int flips = random.nextInt(4); flips >= 0; flips--) {
                bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
            }
            int length = random.nextInt(3) == 0 ? random.nextInt(bytes.length) : bytes.length;
            try {
                LogRecordCodec.decode(LogRecordCodec.WITH_KIND, new ByteSource(bytes, 0, length));
            } catch (MalformedBatchException | UnknownFormatException expected) {
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(10_000);
    }

    private static AccessRecord withUrl(String url) {
        return with("1.2.3.4", url);
    }

    private static AccessRecord with(String client, String url) {
        return new AccessRecord(
                1, "s", client, "GET", url, "HTTP/2", 200, CacheResult.HIT, 1, 1, 1, 1, null, null, null);
    }

    private static AccessRecord huge(String text) {
        return new AccessRecord(
                Long.MAX_VALUE,
                text,
                text,
                text,
                text,
                text,
                599,
                CacheResult.LOCAL,
                Long.MAX_VALUE,
                Long.MAX_VALUE,
                Long.MAX_VALUE,
                Long.MAX_VALUE,
                text,
                text,
                text);
    }

    @SuppressWarnings("unchecked") // what comes back is of the kind that went in, or the cast fails
    private static <R extends LogRecord> R roundTrip(R record) throws Exception {
        byte[] bytes = encoded(record);
        ByteSource in = new ByteSource(bytes, 0, bytes.length);
        LogRecord back = LogRecordCodec.decode(LogRecordCodec.WITH_KIND, in);
        assertThat(in.hasMore()).isFalse();
        return (R) back;
    }

    private static byte[] encoded(LogRecord record) {
        ByteSink sink = new ByteSink();
        LogRecordCodec.encode(record, sink);
        return Arrays.copyOf(sink.array(), sink.length());
    }
}
