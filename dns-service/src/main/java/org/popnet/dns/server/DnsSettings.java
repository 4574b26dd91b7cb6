package org.popnet.dns.server;

import java.time.Duration;
import java.util.Optional;
import org.popnet.dns.SettingBounds;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The name server's sockets and manners. Addresses and ports stand in the tree.
 *
 * @param udpThreads sockets and threads that share the UDP port; 0 (the default) for one per core, to 256
 * @param nativeUdp whether Linux' batched system calls are used where they can be; default true
 * @param udpReceiveBuffer bytes asked for each UDP socket: what a pause of the process may pile up without loss; default
 *     4 MiB, 64 KiB to 64 MiB
 * @param udpGather how long a busy thread, one that uses its processor for 90 % of the time, lets queries gather
 *     before it takes them, so that both sides wake up less often: so long if it just took all 128 that fit, less in
 *     proportion; Linux adds about 50 µs. Default 400 µs, 0 (not at all) to 1 ms
 * @param tcpConnectionsMax open TCP connections; default 1,000, 10 to 100,000
 * @param tcpConnectionsPerClientMax open TCP connections of one address, or of one /64 of IPv6; default 100, 1 to
 *     100,000
 * @param tcpPipelinedMax queries of one TCP connection that are answered at the same time; further ones are not read
 *     until one of these is answered; default 32, 1 (answers come in the order of the queries) to 1,000
 * @param tcpIdle a connection that has not completed a query for this long is closed (RFC 7766, 6.2.3); default 10 s,
 *     1 s to 5 min
 * @param tcpInviteOneIn of the queries of clients that are not known and have not proved that they receive at their
 *     address, one in so many is sent to TCP; 0 for none; default 16, to 10,000
 * @param cookieSecretFile file with the secret of server cookies (RFC 9018), 32 hex digits, the same on all name
 *     servers; a second line is another secret that is accepted, too, while secrets are changed. Default {@code
 *     dns-cookie-secret} in the node's identity directory, made at random if it is not there
 */
@ConfigurationProperties(prefix = "popnet.dns.server", ignoreUnknownFields = false)
public record DnsSettings(
        @DefaultValue("0") int udpThreads,
        @DefaultValue("true") boolean nativeUdp,
        @DefaultValue("4194304") int udpReceiveBuffer,
        @DefaultValue("400us") Duration udpGather,
        @DefaultValue("1000") int tcpConnectionsMax,
        @DefaultValue("100") int tcpConnectionsPerClientMax,
        @DefaultValue("32") int tcpPipelinedMax,
        @DefaultValue("10s") Duration tcpIdle,
        @DefaultValue("16") int tcpInviteOneIn,
        Optional<String> cookieSecretFile) {
    private static final SettingBounds BOUNDS = new SettingBounds("popnet.dns.server.");
    private static final Duration UDP_GATHER = Duration.ofNanos(400_000);

    public DnsSettings {
        BOUNDS.check("udp-threads", udpThreads, 0, 256);
        BOUNDS.check("udp-receive-buffer", udpReceiveBuffer, 64 << 10, 64 << 20);
        BOUNDS.check("tcp-connections-max", tcpConnectionsMax, 10, 100_000);
        BOUNDS.check("tcp-connections-per-client-max", tcpConnectionsPerClientMax, 1, 100_000);
        BOUNDS.check("tcp-pipelined-max", tcpPipelinedMax, 1, 1000);
        BOUNDS.check("tcp-invite-one-in", tcpInviteOneIn, 0, 10_000);
        BOUNDS.check("udp-gather", udpGather, Duration.ZERO, Duration.ofMillis(1));
        BOUNDS.check("tcp-idle", tcpIdle, Duration.ofSeconds(1), Duration.ofMinutes(5));
    }

    /** What an empty configuration comes to. */
    public static DnsSettings defaults() {
        return new DnsSettings(
                0, true, 4 << 20, UDP_GATHER, 1000, 100, 32, Duration.ofSeconds(10), 16, Optional.empty());
    }

    int threads() {
        return udpThreads > 0 ? udpThreads : Runtime.getRuntime().availableProcessors();
    }
}
