package org.popnet.dns.zone;

import org.popnet.dns.wire.RecordData;
import org.popnet.dns.wire.WireName;

/**
 * One node behind a service name.
 *
 * @param target its index in the states of targets, or {@link #UNWATCHED}
 * @param healthy the record while it is up
 * @param unhealthy the record while it is down: the same with a worse priority
 */
public record ServiceTarget(WireName host, RecordData address, int target, RecordData healthy, RecordData unhealthy) {
    /** For nodes that no probe watches. */
    public static final int UNWATCHED = -1;

    /** What is added to the priority of a server that is down. */
    static final int DOWN_PRIORITY = 100;

    static ServiceTarget of(WireName host, RecordData address, int target, int priority, int weight, int port) {
        return new ServiceTarget(
                host,
                address,
                target,
                RecordData.srv(priority, weight, port, host),
                RecordData.srv(priority + DOWN_PRIORITY, weight, port, host));
    }
}
