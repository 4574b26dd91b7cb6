package org.popnet.probe.latency;

import java.net.InetAddress;
import java.util.Map;
import org.popnet.platform.origin.AddressGuard;
import org.popnet.platform.origin.AddressGuard.Refusal;
import org.popnet.platform.tree.Customer;
import org.popnet.platform.tree.LatencyTargets;

/**
 * Which addresses a name server may have measured: public ones, and private or loopback ones only where the tree lists
 * their prefix. Resolvers' addresses come from queries that anyone can send.
 */
final class TargetGuard {
    /** A customer without servers: whatever is not refused for being private is refused for not being listed. */
    private static final Customer NOBODY =
            new Customer(Customer.NETWORK, Map.of(), Map.of(), Map.of(), Customer.KEEP_LOGS);

    private TargetGuard() {}

    static boolean admits(LatencyTargets targets, InetAddress address) {
        return targets.privateResolvers().stream().anyMatch(prefix -> prefix.contains(address))
                || AddressGuard.refusal(NOBODY, address, targets.port())
                        .filter(refusal -> refusal == Refusal.NOT_LISTED)
                        .isPresent();
    }
}
