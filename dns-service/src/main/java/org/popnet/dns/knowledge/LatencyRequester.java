package org.popnet.dns.knowledge;

import java.net.InetAddress;
import java.util.List;
import java.util.function.LongSupplier;
import org.popnet.platform.agent.CurrentTree;
import org.popnet.platform.datagram.DatagramPort;
import org.popnet.platform.message.Message.LatencyRequest;
import org.popnet.platform.tree.Node;
import org.popnet.platform.tree.Service;

/**
 * Asks all probes, in one datagram each, to measure the resolvers that wait, so many a second at most: a flood of
 * resolvers must not become a flood of probes. Call {@link #send} many times a second.
 */
public final class LatencyRequester {
    /** As many addresses as fit a datagram, IPv6 in text included. */
    static final int BATCH = 20;

    /** What was not used up in the time before is saved for no longer. */
    private static final double SAVED_SECONDS = 0.25;

    private final LatencyRequests requests;
    private final DatagramPort datagrams;
    private final CurrentTree tree;
    private final int perSecond;
    private final double savedMax;
    private final LongSupplier clockMs;
    /** Addresses that may be asked for now, and when that was reckoned. */
    private double allowed;

    private long allowedAtMs;

    /**
     * @param perSecond addresses at most
     * @param clockMs milliseconds on a clock that never goes back
     */
    public LatencyRequester(
            LatencyRequests requests, DatagramPort datagrams, CurrentTree tree, int perSecond, LongSupplier clockMs) {
        this.requests = requests;
        this.datagrams = datagrams;
        this.tree = tree;
        this.perSecond = perSecond;
        this.clockMs = clockMs;
        savedMax = Math.max(1, perSecond * SAVED_SECONDS);
        allowed = savedMax;
        allowedAtMs = clockMs.getAsLong();
    }

    /** Asks for what waits, as far as the rate allows it now; called by one thread at a time. */
    public void send() {
        long now = clockMs.getAsLong();
        allowed = Math.min(savedMax, allowed + (now - allowedAtMs) * perSecond / 1000.0);
        allowedAtMs = now;
        while (allowed >= 1) {
            List<InetAddress> batch = requests.take((int) Math.min(BATCH, allowed));
            if (batch.isEmpty()) {
                return;
            }
            allowed -= batch.size();
            LatencyRequest request = new LatencyRequest(batch);
            for (Node probe : tree.get().tree().nodes(Service.PROBE).toList()) {
                datagrams.send(probe.name(), request);
            }
        }
    }
}
