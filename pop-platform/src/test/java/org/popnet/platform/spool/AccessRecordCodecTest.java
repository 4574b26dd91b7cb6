package org.popnet.platform.spool;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.popnet.platform.spool.AccessRecord.CacheResult;

class AccessRecordCodecTest {
    @Test
    void everyRecordWithinBoundsComesBackAsItWas() throws Exception {
        Random random = new Random(1);
        for (int i = 0; i < 20_000; i++) {
            AccessRecord record = Records.random(random);
            assertThat(roundTrip(record)).isEqualTo(record);
        }
    }

    @Test
    void theLargestRecordFitsEvenIfItDoesNotCompress() throws Exception {
        AccessRecord huge = huge("€".repeat(60_000));
        AccessRecord back = roundTrip(huge);

        assertThat(encoded(huge).length).isLessThanOrEqualTo(AccessRecordCodec.RECORD_BYTES_MAX);
        assertThat(back.bytesOut()).isEqualTo(huge.bytesOut());
        assertThat(back.site()).isEqualTo("€".repeat(84));
        assertThat(back.url()).matches("€+~[0-9a-f]{16}");
        assertThat(back.url().getBytes(StandardCharsets.UTF_8).length).isLessThanOrEqualTo(512);
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
            byte[] bytes = encoded(Records.random(random));
            for (int flips = random.nextInt(4); flips >= 0; flips--) {
                bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
            }
            int length = random.nextInt(3) == 0 ? random.nextInt(bytes.length) : bytes.length;
            try {
                AccessRecordCodec.decode(new ByteSource(bytes, 0, length));
            } catch (MalformedBatchException expected) {
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

    private static AccessRecord roundTrip(AccessRecord record) throws MalformedBatchException {
        byte[] bytes = encoded(record);
        ByteSource in = new ByteSource(bytes, 0, bytes.length);
        AccessRecord back = AccessRecordCodec.decode(in);
        assertThat(in.hasMore()).isFalse();
        return back;
    }

    private static byte[] encoded(AccessRecord record) {
        ByteSink sink = new ByteSink();
        AccessRecordCodec.encode(record, sink);
        return Arrays.copyOf(sink.array(), sink.length());
    }
}
