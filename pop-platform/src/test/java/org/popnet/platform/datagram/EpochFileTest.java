package org.popnet.platform.datagram;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.popnet.platform.settings.StartRefusedException;

class EpochFileTest {
    @TempDir
    Path directory;

    @Test
    void followsTheClockAndNeverGoesBack() {
        assertThat(next(1000)).isEqualTo(1000);
        assertThat(next(5000)).isEqualTo(5000);
        assertThat(next(5000)).isEqualTo(5001);
        assertThat(next(1000)).isEqualTo(5002);
        assertThat(next(9000)).isEqualTo(9000);
    }

    @Test
    void isStoredBeforeItIsUsed() {
        next(1000);

        assertThat(directory.resolve("state/epoch")).hasContent("1000");
    }

    @Test
    void damagedFileIsRefusedBecauseAGuessCouldRepeatAnEpoch() throws IOException {
        next(1000);
        for (String damaged : new String[] {"", "-5", "x".repeat(1000), "1e9", "99999999999999999999"}) {
            Files.writeString(directory.resolve("state/epoch"), damaged);
            assertThatThrownBy(() -> next(2000))
                    .isInstanceOf(StartRefusedException.class)
                    .hasRootCauseMessage(directory.resolve("state/epoch") + " holds '"
                            + (damaged.length() > 40 ? damaged.substring(0, 40) + "…" : damaged)
                            + "': must be a positive number. If it was damaged, delete it and give the node a new"
                            + " datagram key");
        }
    }

    private long next(long clockMs) {
        return EpochFile.next(directory.resolve("state/epoch"), InstantSource.fixed(Instant.ofEpochMilli(clockMs)));
    }
}
