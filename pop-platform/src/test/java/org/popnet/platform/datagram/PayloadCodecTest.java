package org.popnet.platform.datagram;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.popnet.platform.datagram.PayloadCodec.MalformedException;
import org.popnet.platform.message.Message;
import org.popnet.platform.message.Message.KnowledgePart;
import org.popnet.platform.message.Message.KnowledgeRequest;
import org.popnet.platform.message.Message.LatencyRequest;
import org.popnet.platform.message.Message.LatencyResult;
import org.popnet.platform.message.Message.LoadReport;
import org.popnet.platform.message.Message.LogBatch;
import org.popnet.platform.message.Message.Persistence;
import org.popnet.platform.message.Message.PersistenceRecord;
import org.popnet.platform.message.Message.PopLatency;
import org.popnet.platform.message.Message.PrefixLatency;
import org.popnet.platform.message.Message.ProbeReport;
import org.popnet.platform.message.Message.ServiceResult;
import org.popnet.platform.message.TargetId;
import tools.jackson.dataformat.cbor.CBORMapper;

class PayloadCodecTest {
    private static final CBORMapper CBOR = new CBORMapper();

    @Test
    void distanceThatNobodyAnsweredSurvives() throws Exception {
        ProbeReport report = new ProbeReport(
                List.of(),
                List.of(new LatencyResult(InetAddress.ofLiteral("192.0.2.1"), Double.NaN, 100, 1, 2, true, Double.NaN)),
                List.of());

        assertThat(decode(Kind.PROBE_REPORT, PayloadCodec.encode(report))).isEqualTo(report);
    }

    @Test
    void fieldOfANewerSenderIsIgnored() throws Exception {
        byte[] bytes = CBOR.writeValueAsBytes(Map.of(
                "customer", "c", "spool", 1, "batch", 2, "records", 3, "zstd", new byte[1], "colour", Map.of("a", 1)));

        assertThat(decode(Kind.LOG_BATCH, bytes)).isInstanceOf(LogBatch.class);
    }

    @Test
    void fieldThatAnOlderSenderDoesNotKnowIsNullOrZero() throws Exception {
        LoadReport report = (LoadReport) decode(Kind.LOAD_REPORT, CBOR.writeValueAsBytes(Map.of("cpu", 0.5)));

        assertThat(report).isEqualTo(new LoadReport(0.5, 0, 0, 0, 0, 0, Map.of(), Map.of(), 0, 0, 0, List.of()));
        Map<String, Object> distance = Map.of("address", new byte[] {10, 0, 0, 1}, "rttMs", 5.5);
        ProbeReport fromProbe =
                (ProbeReport) decode(Kind.PROBE_REPORT, CBOR.writeValueAsBytes(Map.of("latencies", List.of(distance))));
        assertThat(fromProbe.latencies()).singleElement().satisfies(result -> {
            assertThat(result.minMs()).isZero();
            assertThat(result.shortestMs()).as("the median then").isEqualTo(5.5);
        });
        assertThat(decode(Kind.LATENCY_REQUEST, CBOR.writeValueAsBytes(Map.of())))
                .isEqualTo(new LatencyRequest(List.of()));
    }

    @Test
    void hostNameInPlaceOfAnAddressIsNeverLookedUp() {
        byte[] bytes = CBOR.writeValueAsBytes(Map.of("resolvers", List.of("slow.example")));

        assertThatThrownBy(() -> decode(Kind.LATENCY_REQUEST, bytes)).isInstanceOf(MalformedException.class);
    }

    @Test
    void whatCannotBeIsMalformed() {
        List<Object> wrong = List.of(
                Map.of("services", List.of(Map.of("up", true))),
                Map.of("services", 5),
                Map.of("latencies", List.of(Map.of("address", new byte[5]))),
                Map.of("services", List.of(Map.of("target", "x".repeat(600)))),
                List.of(),
                "text",
                5);
        for (Object value : wrong) {
            byte[] bytes = CBOR.writeValueAsBytes(value);
            assertThatThrownBy(() -> decode(Kind.PROBE_REPORT, bytes))
                    .as("%s", value)
                    .isInstanceOf(MalformedException.class);
        }
        assertThatThrownBy(() -> decode(Kind.PROBE_REPORT, new byte[0])).isInstanceOf(MalformedException.class);
        assertThatThrownBy(() -> decode(Kind.PROBE_REPORT, new byte[] {(byte) 0xf6}))
                .as("CBOR null")
                .isInstanceOf(MalformedException.class);
    }

    @Test
    void deepNestingIsRefused() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(new byte[] {(byte) 0xa1, 0x61, 'x'});
        for (int i = 0; i < 1000; i++) {
            bytes.write(0x81);
        }
        bytes.write(0);

        assertThatThrownBy(() -> decode(Kind.PROBE_REPORT, bytes.toByteArray())).isInstanceOf(MalformedException.class);
    }

    @Test
    void claimedLengthsReserveNothing() {
        // an array, a byte string and a text of 2^31 - 1 elements that are not there
        for (int major : new int[] {0x9a, 0x5a, 0x7a}) {
            byte[] bytes = {
                (byte) 0xa1, 0x64, 'z', 's', 't', 'd', (byte) major, 0x7f, (byte) 0xff, (byte) 0xff, (byte) 0xff, 1
            };
            assertThatThrownBy(() -> decode(Kind.LOG_BATCH, bytes)).isInstanceOf(MalformedException.class);
        }
    }

    /** Whatever comes, the outcome is a message or {@link MalformedException}. */
    @Test
    void mutatedAndRandomPayloadsNeverEscape() {
        Random random = new Random(20_260_501);
        Map<Kind, byte[]> valid = new HashMap<>();
        UdpDatagramPortTest.everyKind()
                .forEach(story -> valid.put(Kind.of(story.message()), PayloadCodec.encode(story.message())));
        valid.put(Kind.EPOCH_NOTICE, PayloadCodec.encode(new Message.EpochNotice(1, 2, 3)));
        int messages = 0;
        for (int i = 0; i < 200_000; i++) {
            Kind kind = Kind.values()[random.nextInt(Kind.values().length)];
            byte[] bytes;
            if (random.nextInt(4) == 0) {
                bytes = new byte[random.nextInt(200)];
                random.nextBytes(bytes);
            } else {
                bytes = valid.get(kind).clone();
                for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
                    bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
                }
            }
            try {
                assertThat(decode(kind, bytes)).isInstanceOf(kind.type());
                messages++;
            } catch (MalformedException e) {
                // what must happen
            }
        }
        assertThat(messages).as("some mutations leave a valid message").isPositive();
    }

    @Test
    void batchSaysItsFieldNamesOnce() {
        List<ServiceResult> results = IntStream.range(0, 12)
                .mapToObj(i -> new ServiceResult(
                        new TargetId("node:edge" + i + ".westusa"), true, 1.25, 80, 1_700_000_000_000L, null, false))
                .toList();

        assertThat(MessageSize.of(new ProbeReport(results, List.of(), List.of())))
                .isLessThan(MessageSize.BYTES_MAX);
    }

    /** So many stand in one datagram: name servers count on it. */
    @Test
    void recordsBetweenNameServersFitTheirDatagrams() {
        Random random = new Random(7);
        List<PersistenceRecord> clients = IntStream.range(0, 24)
                .mapToObj(i -> new PersistenceRecord(
                        random.nextLong(),
                        random.nextLong(),
                        1_700_000_000_000L + i,
                        "dns" + i % 3 + ".westusa",
                        600_000,
                        1,
                        true))
                .toList();
        List<PopLatency> pops = IntStream.range(0, 8)
                .mapToObj(i -> new PopLatency("some-town-" + i, 1000 + i, 10, 600_000))
                .toList();
        List<PrefixLatency> prefixes = IntStream.range(0, 7)
                .mapToObj(i -> new PrefixLatency(InetAddress.ofLiteral("2001:db8:" + i + "::"), pops))
                .toList();

        assertThat(MessageSize.of(new Persistence(Long.MAX_VALUE, clients))).isLessThan(MessageSize.BYTES_MAX);
        assertThat(MessageSize.of(new KnowledgePart(
                        KnowledgeRequest.Topic.LATENCIES, Long.MAX_VALUE, Long.MAX_VALUE, prefixes, List.of())))
                .isLessThan(MessageSize.BYTES_MAX);
    }

    private static Message decode(Kind kind, byte[] bytes) throws MalformedException {
        return PayloadCodec.decode(kind, bytes, 0, bytes.length);
    }
}
