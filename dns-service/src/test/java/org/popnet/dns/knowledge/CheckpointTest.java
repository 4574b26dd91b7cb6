package org.popnet.dns.knowledge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.popnet.dns.knowledge.TestKnowledge.EDGE;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.popnet.dns.steering.ClientView;

class CheckpointTest {
    private final TestKnowledge known = new TestKnowledge();

    @Test
    void knowledgeSurvivesARestart(@TempDir Path directory) {
        known.report("probe.westusa", EDGE, false, 2);
        known.report("probe.eastusa", EDGE, false, 2);
        known.latency("probe.westusa", "192.0.2.53", 10);
        known.latency("probe.europe", "2001:db8::53", 20);
        known.knowledge.persistence().record(5, 77, known.clock.get(), known.clock.get() + 100_000, true);
        Path file = directory.resolve("dns").resolve("knowledge");
        InstantSource then = InstantSource.fixed(Instant.ofEpochMilli(1_000_000_000_000L));
        new Checkpoint(file, then).save(known.knowledge);

        Knowledge restarted = known.fresh();
        new Checkpoint(file, InstantSource.fixed(then.instant().plusSeconds(60))).restore(restarted);
        restarted.refresh();
        known.knowledge = restarted;
        assertThat(known.down(EDGE)).isTrue();
        ClientView client = known.locate("192.0.2.99");
        assertThat(client.latencyMs(known.pop("westusa"))).isEqualTo(10);
        assertThat(client.ageMs()).isEqualTo(60_000);
        assertThat(known.locate("2001:db8::99").source()).isEqualTo(ClientView.Source.MEASURED);
        assertThat(restarted.persistence().find(5, known.clock.get(), false)).isEqualTo(77);
        assertThat(restarted.persistence().find(5, known.clock.get() + 40_000, false))
                .isZero();
    }

    @Test
    void brokenCheckpointIsLeftOut(@TempDir Path directory) throws Exception {
        known.latency("probe.westusa", "192.0.2.53", 10);
        Path file = directory.resolve("knowledge");
        Checkpoint checkpoint = new Checkpoint(file, InstantSource.system());
        checkpoint.save(known.knowledge);
        byte[] whole = Files.readAllBytes(file);
        for (int length = 0; length < whole.length; length += 7) {
            Files.write(file, Arrays.copyOf(whole, length));
            Knowledge restarted = known.fresh();
            checkpoint.restore(restarted);
            assertThat(restarted.latencyPrefixes()).isZero();
        }
        whole[20] ^= 1;
        Files.write(file, whole);
        Knowledge restarted = known.fresh();
        checkpoint.restore(restarted);
        assertThat(restarted.latencyPrefixes()).isZero();
    }

    @Test
    void checkpointIsWrittenInPiecesWhileReportsComeIn(@TempDir Path directory) {
        int prefixes = 5000;
        known.measured("probe.westusa", prefixes, 10);
        known.measured("probe.europe", prefixes, 30);
        for (int client = 1; client <= prefixes; client++) {
            known.knowledge
                    .persistence()
                    .record(key(client), 77, known.clock.get(), known.clock.get() + 100_000, false);
        }
        Path file = directory.resolve("knowledge");
        Checkpoint checkpoint = new Checkpoint(file, InstantSource.system());
        checkpoint.begin(known.knowledge);
        int pieces = 0;
        while (!Files.exists(file)) {
            checkpoint.step();
            pieces++;
            known.latency("probe.westusa", "192.0.2." + pieces, 20);
            checkpoint.begin(known.knowledge); // comes too early: this one is not over
            if (pieces == 2) {
                known.knowledge.expire();
            }
        }
        assertThat(pieces).isGreaterThan(5);
        checkpoint.step(); // there is nothing to do

        Knowledge restarted = known.fresh();
        checkpoint.restore(restarted);
        restarted.refresh();
        known.knowledge = restarted;
        assertThat(restarted.latencyPrefixes()).isBetween(prefixes, prefixes + 1);
        for (int i = 0; i < prefixes; i++) {
            ClientView client = known.locate(TestKnowledge.prefix(i));
            assertThat(client.latencyMs(known.pop("westusa"))).isEqualTo(10);
            assertThat(client.latencyMs(known.pop("europe"))).isEqualTo(30);
        }
        assertThat(restarted.persistence().size(known.clock.get()))
                .as("those that found room")
                .isEqualTo(kept(prefixes, restarted))
                .isGreaterThan(prefixes * 9 / 10);
    }

    private static long key(int client) {
        return PersistenceTable.key(client, 1);
    }

    private int kept(int clients, Knowledge knowledge) {
        int kept = 0;
        for (int client = 1; client <= clients; client++) {
            kept += knowledge.persistence().find(key(client), known.clock.get(), true) == 77 ? 1 : 0;
        }
        return kept;
    }

    /** A node that stops has no time for pieces. */
    @Test
    void checkpointThatIsSavedAtOnceTakesThePlaceOfOneUnderWay(@TempDir Path directory) {
        known.measured("probe.westusa", 5000, 10);
        Path file = directory.resolve("knowledge");
        Checkpoint checkpoint = new Checkpoint(file, InstantSource.system());
        checkpoint.begin(known.knowledge);
        checkpoint.step();
        known.latency("probe.westusa", "192.0.2.53", 20);
        checkpoint.save(known.knowledge);
        Knowledge restarted = known.fresh();
        checkpoint.restore(restarted);
        assertThat(restarted.latencyPrefixes()).isEqualTo(5001);
    }

    @Test
    void checkpointOfTheReleaseBeforeIsRead(@TempDir Path directory) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeInt(0x504f504b);
        out.writeInt(2);
        out.writeLong(1_000_000_000_000L);
        out.writeByte(1);
        out.writeLong(0);
        out.writeLong(0xffff_c000_0200L);
        out.writeUTF("europe");
        out.writeFloat(12.5f);
        out.writeFloat(3);
        out.writeLong(1000);
        out.writeByte(2);
        out.writeUTF(EDGE.text());
        out.writeBoolean(true);
        out.writeLong(5000);
        out.writeByte(3);
        out.writeLong(5);
        out.writeLong(77);
        out.writeLong(1);
        out.writeUTF("");
        out.writeLong(100_000);
        out.writeInt(0);
        out.writeBoolean(false);
        out.writeByte(4);
        out.writeUTF("static.customer1.example");
        out.writeLong(1);
        out.writeByte(0);
        CRC32 crc = new CRC32();
        crc.update(bytes.toByteArray());
        out.writeLong(crc.getValue());
        Path file = directory.resolve("knowledge");
        Files.write(file, bytes.toByteArray());
        new Checkpoint(file, InstantSource.fixed(Instant.ofEpochMilli(1_000_000_000_000L))).restore(known.knowledge);
        known.knowledge.refresh();
        assertThat(known.down(EDGE)).isTrue();
        ClientView client = known.locate("192.0.2.99");
        assertThat(client.latencyMs(known.pop("europe"))).isEqualTo(12.5f);
        assertThat(client.ageMs()).isEqualTo(1000);
        assertThat(known.knowledge.persistence().find(5, known.clock.get(), false))
                .isEqualTo(77);
    }
}
