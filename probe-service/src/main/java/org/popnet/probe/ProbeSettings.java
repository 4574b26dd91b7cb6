package org.popnet.probe;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How often and how patiently a probe measures. The defaults bring a failed server out of the answers in 2.7 s.
 *
 * @param checks of services
 * @param latency of distances
 * @param load of machines
 * @param secrets directory of the logins that FTP checks name, each a file with {@code user:password}; default {@code
 *     secrets} beside the node's identity
 * @param reportDelay how long a measurement waits for others to travel with in one datagram, 10 ms to 1 s; default
 *     80 ms, which with the sending keeps to the 100 ms that name servers count on
 * @param reportWaitingMax how many measurements may wait to be sent, 100 to 1,000,000; default 20,000. More than that
 *     only wait when this process is starved, and the oldest are worth least
 */
@ConfigurationProperties(prefix = "popnet.probe", ignoreUnknownFields = false)
public record ProbeSettings(
        @DefaultValue Checks checks,
        @DefaultValue Latency latency,
        @DefaultValue Load load,
        @Nullable Path secrets,
        @DefaultValue("80ms") Duration reportDelay,
        @DefaultValue("20000") int reportWaitingMax) {
    public ProbeSettings {
        between("report-delay", reportDelay, Duration.ofMillis(10), Duration.ofSeconds(1));
        between("report-waiting-max", reportWaitingMax, 100, 1_000_000);
    }

    /**
     * Checks of services.
     *
     * @param interval between two checks of the same target, 250 ms to 1 h; default 1 s
     * @param jitter by which share each interval is longer or shorter at random, 0 to 0.5; default 0.1, so that probes
     *     never fall into step
     * @param timeout of one check, everything included, 50 ms to 1 min; default 600 ms
     * @param repeatAfter when a failed check is repeated, 10 ms to 10 s; default 100 ms
     * @param concurrency how many checks run at a time, 1 to 100,000; default 2,000: as many as time out in one interval
     *     when half of some thousand targets are gone
     */
    public record Checks(
            @DefaultValue("1s") Duration interval,
            @DefaultValue("0.1") double jitter,
            @DefaultValue("600ms") Duration timeout,
            @DefaultValue("100ms") Duration repeatAfter,
            @DefaultValue("2000") int concurrency) {
        public Checks {
            between("checks.interval", interval, Duration.ofMillis(250), Duration.ofHours(1));
            if (!(jitter >= 0 && jitter <= 0.5)) {
                throw new IllegalArgumentException("popnet.probe.checks.jitter " + jitter + ": must be 0 to 0.5");
            }
            between("checks.timeout", timeout, Duration.ofMillis(50), Duration.ofMinutes(1));
            between("checks.repeat-after", repeatAfter, Duration.ofMillis(10), Duration.ofSeconds(10));
            between("checks.concurrency", concurrency, 1, 100_000);
        }
    }

    /**
     * Measurements of distances.
     *
     * @param attempts per measurement, 1 to 10; default 3: their median is the distance, the unanswered ones the loss
     * @param timeout of one attempt, 50 ms to 10 s; default 1 s, beyond which no user would be sent anyway
     * @param interval between two regular measurements of the same server, 1 s to 1 h; default 30 s
     * @param concurrency how many measurements on demand run at a time, 1 to 100,000; default 1,000: 10,000 resolvers a
     *     minute, also when most never answer
     * @param perNetwork how many measurements per second go to resolvers of one network (IPv4 /24, IPv6 /48), 1 to
     *     1,000; default 10, so that nobody is annoyed
     * @param networksMax how many networks' rates are remembered, 100 to 1,000,000; default 20,000
     * @param methods how resolvers are asked, in order until one answers: DNS, TCP, ICMP; default DNS, TCP. ICMP needs a
     *     privilege: Linux's net.ipv4.ping_group_range must hold the process's group, or the process CAP_NET_RAW
     * @param silentFor how long a resolver that answered nothing is left alone, 1 s to 1 d; default 5 min
     * @param addressInterval the least time between two measurements of the same resolver on demand, 100 ms to 1 h;
     *     default 2 s: several name servers ask for the same one at once, and all are told
     */
    public record Latency(
            @DefaultValue("3") int attempts,
            @DefaultValue("1s") Duration timeout,
            @DefaultValue("30s") Duration interval,
            @DefaultValue("1000") int concurrency,
            @DefaultValue("10") int perNetwork,
            @DefaultValue("20000") int networksMax,
            @DefaultValue({"DNS", "TCP"}) List<Method> methods,
            @DefaultValue("5m") Duration silentFor,
            @DefaultValue("2s") Duration addressInterval) {
        public Latency {
            between("latency.attempts", attempts, 1, 10);
            between("latency.timeout", timeout, Duration.ofMillis(50), Duration.ofSeconds(10));
            between("latency.interval", interval, Duration.ofSeconds(1), Duration.ofHours(1));
            between("latency.concurrency", concurrency, 1, 100_000);
            between("latency.per-network", perNetwork, 1, 1000);
            between("latency.networks-max", networksMax, 100, 1_000_000);
            if (methods.isEmpty() || methods.size() != Set.copyOf(methods).size()) {
                throw new IllegalArgumentException("popnet.probe.latency.methods " + methods
                        + ": must be one or more of DNS, TCP, ICMP, each once");
            }
            methods = List.copyOf(methods);
            between("latency.silent-for", silentFor, Duration.ofSeconds(1), Duration.ofDays(1));
            between("latency.address-interval", addressInterval, Duration.ofMillis(100), Duration.ofHours(1));
        }
    }

    /** How a resolver is asked. */
    public enum Method {
        /** a query; any response with its id counts */
        DNS,
        /** a TCP handshake with the DNS port */
        TCP,
        /** an echo request (RFC 792, RFC 4443) */
        ICMP
    }

    /**
     * Questions for load.
     *
     * @param interval between two questions to the same machine, 1 s to 1 h; default 2 s. Content machines tell the name
     *     servers themselves each second besides
     * @param timeout of one, 50 ms to 1 min; default 1 s
     */
    public record Load(
            @DefaultValue("2s") Duration interval,
            @DefaultValue("1s") Duration timeout) {
        public Load {
            between("load.interval", interval, Duration.ofSeconds(1), Duration.ofHours(1));
            between("load.timeout", timeout, Duration.ofMillis(50), Duration.ofMinutes(1));
        }
    }

    private static <T extends Comparable<T>> void between(String name, T value, T least, T most) {
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw new IllegalArgumentException(
                    "popnet.probe." + name + " " + value + ": must be " + least + " to " + most);
        }
    }
}
