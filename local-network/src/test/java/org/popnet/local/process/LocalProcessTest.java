package org.popnet.local.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalProcessTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    Path directory;

    @Test
    void processThatEndsAtOnceIsToldWithTheEndOfItsLog() {
        String jvm = "[23.642s][warning][aot] class Some cannot be archived";
        LocalProcess process = LocalProcess.start(
                shell("echo starting; echo '" + jvm + "'; echo the reason; exit 3", () -> Health.SILENT));
        assertThatThrownBy(() -> process.awaitUp(PATIENCE))
                .isInstanceOf(StartException.class)
                .hasMessageContaining("some.node ended at once, with exit code 3")
                .hasMessageContaining("the reason")
                .hasMessageNotContaining("archived")
                .hasMessageContaining(directory.resolve("logs/some.node.log").toString());
    }

    @Test
    void processThatNeverSaysUpIsToldSo() throws Exception {
        LocalProcess process = LocalProcess.start(shell("sleep 60", () -> Health.SILENT));
        assertThatThrownBy(() -> process.awaitUp(Duration.ofMillis(300))).hasMessageContaining("is SILENT");
        process.kill();
        assertThat(process.health()).isEqualTo(Health.DOWN);
    }

    @Test
    void processThatIgnoresTheRequestToEndIsKilled() throws Exception {
        Path ready = directory.resolve("ready");
        LocalProcess process = LocalProcess.start(shell(
                "trap '' TERM; touch " + ready + "; while :; do sleep 1; done",
                () -> Files.exists(ready) ? Health.UP : Health.SILENT));
        process.awaitUp(PATIENCE);
        process.stop(Duration.ofMillis(300));
        assertThat(process.isAlive()).isFalse();
    }

    @Test
    void leftoversAreFoundByAnotherProcessAndEnded() throws Exception {
        LocalProcess process = LocalProcess.start(shell("sleep 60", () -> Health.UP));
        Ledger ledger = new Ledger(directory.resolve("processes.json"));
        ledger.add("some.node", process.handle());

        Ledger later = new Ledger(directory.resolve("processes.json"));
        assertThat(later.entries()).singleElement().satisfies(e -> assertThat(e.handle())
                .isPresent());
        assertThat(later.endLeftovers(PATIENCE)).containsExactly("some.node");
        process.handle().onExit().get();
        assertThat(later.entries()).isEmpty();
    }

    @Test
    void aProcessIdThatSomeoneElseHasNowIsNotOurs() {
        ProcessHandle self = ProcessHandle.current();
        assertThat(new Ledger.Entry("some.node", self.pid(), 1).handle()).isEmpty();
        assertThat(Ledger.Entry.of("some.node", self).handle()).contains(self);
    }

    private ProcessSpec shell(String script, HealthCheck health) {
        return new ProcessSpec(
                "some.node",
                "node",
                "probe",
                InetAddress.getLoopbackAddress(),
                List.of(),
                () -> List.of("sh", "-c", script),
                directory,
                directory.resolve("logs/some.node.log"),
                health);
    }
}
