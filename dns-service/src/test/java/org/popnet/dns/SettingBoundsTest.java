package org.popnet.dns;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.popnet.dns.server.DnsSettings;

/** Settings out of their bounds are refused with what came and what is allowed, as one would write it. */
class SettingBoundsTest {
    private static final SettingBounds BOUNDS = new SettingBounds("popnet.dns.x.");

    @Test
    void numbersMayBeTheLeastAndTheMost() {
        assertThatCode(() -> BOUNDS.check("n", 2, 2, 9)).doesNotThrowAnyException();
        assertThatCode(() -> BOUNDS.check("n", 9, 2, 9)).doesNotThrowAnyException();
        assertThatThrownBy(() -> BOUNDS.check("n", 1, 2, 9)).hasMessage("popnet.dns.x.n is 1: must be 2 to 9");
        assertThatThrownBy(() -> BOUNDS.check("n", 10, 2, 9)).hasMessage("popnet.dns.x.n is 10: must be 2 to 9");
    }

    @ParameterizedTest
    @CsvSource({
        "PT0S, 0s",
        "PT0.999999999S, 999999999ns",
        "PT-1S, -1s",
        "PT5M0.001S, 300001ms",
        "PT6M, 6m",
        "P2D, 2d",
        "PT25H, 25h",
        "P999999D, PT23999976H"
    })
    void durationsAreNamedAsTheyAreWritten(Duration value, String text) {
        assertThatThrownBy(() -> BOUNDS.check("t", value, Duration.ofSeconds(1), Duration.ofMinutes(5)))
                .hasMessage("popnet.dns.x.t is " + text + ": must be 1s to 5m");
    }

    @ParameterizedTest
    @CsvSource({"PT0.999S, 999ms", "PT5M0.001S, 300001ms", "PT5M59S, 359s"})
    void idleTimeBeyondItsBoundsIsRefused(Duration idle, String text) {
        assertThatThrownBy(() -> new DnsSettings(0, true, 1 << 20, Duration.ZERO, 10, 10, 1, idle, 0, Optional.empty()))
                .hasMessage("popnet.dns.server.tcp-idle is " + text + ": must be 1s to 5m");
    }
}
