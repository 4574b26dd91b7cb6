package org.popnet.dns.knowledge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.popnet.dns.knowledge.TestKnowledge.EDGE;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
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
}
