package org.popnet.dns.knowledge;

import java.time.Duration;
import java.util.Optional;
import org.popnet.dns.SettingBounds;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What is remembered of measurements, and for how long.
 *
 * @param serviceStale service results older than this count no more, nor those older than five intervals of the domain's most frequent check if that is longer; default 5 s, 1 s to 5 min
 * @param loadStale load older than this counts as unknown; default 10 s, 1 s to 5 min
 * @param latencyHalfLife a measured latency loses half its weight in this time; default 10 min, 1 s to 1 d
 * @param latencyFresh a latency older than this is measured again when its client comes; default 10 min, 1 s to 1 d
 * @param latencyExpiry a latency older than this is forgotten; default 1 h, at least {@code latencyFresh}, to 7 d
 * @param latencyPrefixesMax client prefixes whose latencies are kept; up to 48 bytes, and 9 more for each POP, each;
 *     of many POPs fewer, so that there are no more than 16 million figures; default 200,000, 1,000 to 5,000,000
 * @param clientPrefixV4 the IPv4 prefix length that clients are told apart by: networks route no finer; default 24
 * @param clientPrefixV6 the same for IPv6; default 56, what a household is given
 * @param latencyRequestsPerSecond addresses that probes are asked to measure; a flood of resolvers must not become a
 *     flood of probes; default 200, 1 to 10,000
 * @param latencyRequestsMax addresses that may wait to be sent; default 4,096, 1 to 100,000
 * @param latencyRequestAgain an address that was asked for is not asked for again this soon; default 60 s
 * @param persistenceRecordsMax clients that are kept where they are; 40 bytes each; default 262,144, 1,024 to
 *     16,777,216
 * @param persistenceWaitingMax clients whose server the other name servers are yet to be told; 8 bytes each for each
 *     name server; default 65,536, 1,024 to 16,777,216
 * @param exchangeInterval how often the other name servers are asked for all they know, beside at the start; what
 *     datagrams lost comes this way; default 10 min, 10 s to 1 d
 * @param checkpointInterval how often knowledge is written to disk; default 30 s, 1 s to 1 h
 * @param locationDatabase a database in MaxMind's format that gives latitudes and longitudes of addresses (GeoLite2 City
 *     and the like; it is read into memory), for clients that were not measured and that no POP's coverage holds; none by
 *     default
 * @param locationsRemembered clients whose place was looked up; 100 bytes and 4 for each POP each; default 16,384, 64 to
 *     1,048,576
 */
@ConfigurationProperties(prefix = "popnet.dns.knowledge", ignoreUnknownFields = false)
public record KnowledgeSettings(
        @DefaultValue("5s") Duration serviceStale,
        @DefaultValue("10s") Duration loadStale,
        @DefaultValue("10m") Duration latencyHalfLife,
        @DefaultValue("10m") Duration latencyFresh,
        @DefaultValue("1h") Duration latencyExpiry,
        @DefaultValue("200000") int latencyPrefixesMax,
        @DefaultValue("24") int clientPrefixV4,
        @DefaultValue("56") int clientPrefixV6,
        @DefaultValue("200") int latencyRequestsPerSecond,
        @DefaultValue("4096") int latencyRequestsMax,
        @DefaultValue("60s") Duration latencyRequestAgain,
        @DefaultValue("262144") int persistenceRecordsMax,
        @DefaultValue("65536") int persistenceWaitingMax,
        @DefaultValue("10m") Duration exchangeInterval,
        @DefaultValue("30s") Duration checkpointInterval,
        Optional<String> locationDatabase,
        @DefaultValue("16384") int locationsRemembered) {
    private static final SettingBounds BOUNDS = new SettingBounds("popnet.dns.knowledge.");
    private static final Duration SECOND = Duration.ofSeconds(1);

    public KnowledgeSettings {
        BOUNDS.check("service-stale", serviceStale, SECOND, Duration.ofMinutes(5));
        BOUNDS.check("load-stale", loadStale, SECOND, Duration.ofMinutes(5));
        BOUNDS.check("latency-half-life", latencyHalfLife, SECOND, Duration.ofDays(1));
        BOUNDS.check("latency-fresh", latencyFresh, SECOND, Duration.ofDays(1));
        BOUNDS.check("latency-expiry", latencyExpiry, latencyFresh, Duration.ofDays(7));
        BOUNDS.check("latency-prefixes-max", latencyPrefixesMax, 1000, 5_000_000);
        BOUNDS.check("client-prefix-v4", clientPrefixV4, 8, 32);
        BOUNDS.check("client-prefix-v6", clientPrefixV6, 16, 128);
        BOUNDS.check("latency-requests-per-second", latencyRequestsPerSecond, 1, 10_000);
        BOUNDS.check("latency-requests-max", latencyRequestsMax, 1, 100_000);
        BOUNDS.check("latency-request-again", latencyRequestAgain, SECOND, Duration.ofDays(1));
        BOUNDS.check("persistence-records-max", persistenceRecordsMax, 1024, 1 << 24);
        BOUNDS.check("persistence-waiting-max", persistenceWaitingMax, 1024, 1 << 24);
        BOUNDS.check("exchange-interval", exchangeInterval, SECOND.multipliedBy(10), Duration.ofDays(1));
        BOUNDS.check("checkpoint-interval", checkpointInterval, SECOND, Duration.ofHours(1));
        BOUNDS.check("locations-remembered", locationsRemembered, 64, 1 << 20);
    }

    /** What an empty configuration comes to. */
    public static KnowledgeSettings defaults() {
        return new KnowledgeSettings(
                Duration.ofSeconds(5),
                Duration.ofSeconds(10),
                Duration.ofMinutes(10),
                Duration.ofMinutes(10),
                Duration.ofHours(1),
                200_000,
                24,
                56,
                200,
                4096,
                Duration.ofSeconds(60),
                262_144,
                65_536,
                Duration.ofMinutes(10),
                Duration.ofSeconds(30),
                Optional.empty(),
                16_384);
    }
}
