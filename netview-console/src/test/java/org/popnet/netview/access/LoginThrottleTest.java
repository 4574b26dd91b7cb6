package org.popnet.netview.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.popnet.netview.NetViewSettings;

class LoginThrottleTest {
    private Instant now = Instant.parse("2026-11-22T10:00:00Z");
    private final LoginThrottle throttle =
            new LoginThrottle(() -> now, new NetViewSettings.Login(5, 30, 100, Duration.ofMinutes(5)));

    private void attempts(int count, String name, String address) {
        for (int i = 0; i < count; i++) {
            throttle.attempted(name, address);
        }
    }

    @Test
    void fiveWrongPasswordsForANameFromAnAddressAreEnough() {
        attempts(4, "alice", "192.0.2.1");
        assertThat(throttle.remaining("alice", "192.0.2.1")).isEmpty();
        attempts(1, "Alice", "192.0.2.1");
        assertThat(throttle.remaining("alice", "192.0.2.1")).contains(Duration.ofMinutes(5));
        assertThat(throttle.remaining("alice", "192.0.2.2")).isEmpty();
        assertThat(throttle.remaining("bob", "192.0.2.1")).isEmpty();
    }

    @Test
    void countStartsAnewWhenTheWindowHasPassed() {
        attempts(5, "alice", "192.0.2.1");
        now = now.plus(Duration.ofMinutes(5));
        assertThat(throttle.remaining("alice", "192.0.2.1")).isEmpty();
        attempts(1, "alice", "192.0.2.1");
        assertThat(throttle.remaining("alice", "192.0.2.1")).isEmpty();
    }

    @Test
    void oneAddressThatTriesManyNamesIsStopped() {
        for (int i = 0; i < 30; i++) {
            attempts(1, "user" + i, "192.0.2.1");
        }
        assertThat(throttle.remaining("someone else", "192.0.2.1")).isPresent();
    }

    @Test
    void manyAddressesThatTryOneNameAreStopped() {
        for (int i = 0; i < 100; i++) {
            attempts(1, "alice", "192.0.2." + i);
        }
        assertThat(throttle.remaining("alice", "198.51.100.1")).isPresent();
    }

    @Test
    void rightPasswordForgetsTheWrongOnes() {
        attempts(5, "alice", "192.0.2.1");
        throttle.succeeded("alice", "192.0.2.1");
        assertThat(throttle.remaining("alice", "192.0.2.1")).isEmpty();
    }
}
