package org.popnet.netview;

import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.nio.file.Path;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * The console's settings.
 *
 * @param bootstrapUsers a file with the users of a console that has none yet; its format stands in {@code
 *     BootstrapUsers}. Without it nobody can sign in to a new console.
 * @param backendTimeout how long a page waits for another node before it says that the node does not answer: 100 ms to
 *     9 s, 2.5 s unless set. People wait this long for a page when a backend hangs.
 * @param sessionIdle how long a session lasts after its last request: 5 min to 7 days, 8 h unless set: a working day
 * @param connectionsMax open connections on the people's port: 10 to 100,000, 1,000 unless set
 * @param sessionsMax sessions held in memory, those of people who have not signed in yet included: 100 to 1,000,000,
 *     20,000 unless set, about 2 kB each
 */
@Validated
@ConfigurationProperties(prefix = "popnet.netview", ignoreUnknownFields = false)
public record NetViewSettings(
        @Nullable Path bootstrapUsers,

        @DefaultValue("2500ms") @DurationMin(millis = 100) @DurationMax(seconds = 9)
        Duration backendTimeout,

        @DefaultValue("8h") @DurationMin(minutes = 5) @DurationMax(days = 7)
        Duration sessionIdle,

        @DefaultValue("1000") @Min(10) @Max(100_000) int connectionsMax,
        @DefaultValue("20000") @Min(100) @Max(1_000_000) int sessionsMax,
        @DefaultValue @Valid Login login) {

    /**
     * How many wrong passwords are let through before the console stops looking at passwords; each count starts anew
     * when its window has passed.
     *
     * @param perUserAndAddress from one address for one name, 1 to 1,000, 5 unless set: a person who mistypes
     * @param perAddress from one address for any names, 1 to 10,000, 30 unless set: an office behind one address
     * @param perUser for one name from anywhere, 1 to 10,000, 100 unless set: many machines guessing together. Higher
     *     than the others, because it locks out the name's owner too.
     * @param window 1 min to 1 day, 5 min unless set
     */
    public record Login(
            @DefaultValue("5") @Min(1) @Max(1_000) int perUserAndAddress,
            @DefaultValue("30") @Min(1) @Max(10_000) int perAddress,
            @DefaultValue("100") @Min(1) @Max(10_000) int perUser,

            @DefaultValue("5m") @DurationMin(minutes = 1) @DurationMax(days = 1)
            Duration window) {}
}
