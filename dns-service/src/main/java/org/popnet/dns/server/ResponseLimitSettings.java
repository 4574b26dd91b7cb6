package org.popnet.dns.server;

import org.popnet.dns.SettingBounds;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How much is sent over UDP to clients that have not shown that they receive it. Clients with a valid cookie, the
 * network's own nodes and TCP are never limited. Prefixes, not addresses, are counted, since who forges one address of a
 * network harms the whole of it.
 *
 * @param answersPerSecond answers for one name to one prefix; what exceeds it for longer than a second is limited; 0
 *     switches limiting off, as for measurements from one address; default 1,000 (a resolver asks for a name once in its
 *     TTL, large ones without cookies many times at once for their clients' subnets; NSD's default is 200), to 1,000,000
 * @param errorsPerSecond denials of one zone's names, and errors of all kinds, to one prefix: nobody needs many; default
 *     200, 1 to 1,000,000
 * @param allPerSecond answers of all kinds to one prefix, so that many names together are no way around; default 5,000,
 *     at least {@code answersPerSecond}, to 10,000,000
 * @param slip of the limited answers, one in so many is sent empty with TC set, the others not at all; 1 for all, 0 for
 *     none; default 2, as with BIND and NSD, to 100
 * @param v4PrefixBits what counts as one client; default 24, 8 to 32
 * @param v6PrefixBits what counts as one client; default 56, 16 to 128
 * @param tableSize prefixes, and kinds of busy ones, that are counted at the same time, 16 bytes each; a prefix that asks
 *     once takes its place for the few milliseconds that the lowest rate allows an answer; default 32,768, which stays in
 *     a processor's cache, 1,024 to 16,777,216
 */
@ConfigurationProperties(prefix = "popnet.dns.response-limit", ignoreUnknownFields = false)
public record ResponseLimitSettings(
        @DefaultValue("1000") int answersPerSecond,
        @DefaultValue("200") int errorsPerSecond,
        @DefaultValue("5000") int allPerSecond,
        @DefaultValue("2") int slip,
        @DefaultValue("24") int v4PrefixBits,
        @DefaultValue("56") int v6PrefixBits,
        @DefaultValue("32768") int tableSize) {
    private static final SettingBounds BOUNDS = new SettingBounds("popnet.dns.response-limit.");

    public ResponseLimitSettings {
        BOUNDS.check("answers-per-second", answersPerSecond, 0, 1_000_000);
        BOUNDS.check("errors-per-second", errorsPerSecond, 1, 1_000_000);
        BOUNDS.check("all-per-second", allPerSecond, Math.max(1, answersPerSecond), 10_000_000);
        BOUNDS.check("slip", slip, 0, 100);
        BOUNDS.check("v4-prefix-bits", v4PrefixBits, 8, 32);
        BOUNDS.check("v6-prefix-bits", v6PrefixBits, 16, 128);
        BOUNDS.check("table-size", tableSize, 1024, 1 << 24);
    }

    /** What an empty configuration comes to. */
    public static ResponseLimitSettings defaults() {
        return new ResponseLimitSettings(1000, 200, 5000, 2, 24, 56, 1 << 15);
    }

    /** Without limits. */
    public static ResponseLimitSettings off() {
        return new ResponseLimitSettings(0, 200, 5000, 2, 24, 56, 1024);
    }
}
