package org.popnet.local.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LedgerTest {
    @TempDir
    Path directory;

    @Test
    void whatWasStartedIsEndedAlsoWhenTheFileIsGoneBy() throws Exception {
        Ledger ledger = new Ledger(directory.resolve("processes"));
        Process process = new ProcessBuilder("sleep", "600").start();
        try {
            ledger.add("edge1.westusa", process.toHandle());
            List<Ledger.Entry> known = ledger.entries();
            ledger.clear();
            assertThat(ledger.endLeftovers(Duration.ofMinutes(1))).isEmpty();
            assertThat(process.isAlive()).isTrue();

            assertThat(ledger.endLeftovers(known, Duration.ofMinutes(1))).containsExactly("edge1.westusa");
            assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
            assertThat(ledger.endLeftovers(known, Duration.ofMinutes(1))).isEmpty();
        } finally {
            process.destroyForcibly();
        }
    }
}
