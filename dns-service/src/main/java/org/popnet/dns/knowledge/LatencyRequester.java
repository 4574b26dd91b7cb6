package org.popnet.dns.knowledge;

import java.net.InetAddress;
import java.util.List;
import org.popnet.platform.agent.CurrentTree;
import org.popnet.platform.datagram.DatagramPort;
import org.popnet.platform.message.Message.LatencyRequest;
import org.popnet.platform.tree.Node;
import org.popnet.platform.tree.Service;

/** Asks all probes, in one datagram each, to measure the resolvers that wait; call {@link #send} at fixed intervals. */
public final class LatencyRequester {
    /** As many addresses as fit a datagram, IPv6 in text included. */
    static final int BATCH = 20;

    private final LatencyRequests requests;
    private final DatagramPort datagrams;
    private final CurrentTree tree;
    private final int perCall;

    /** @param perCall addresses at most in one call of {@link #send}; with its interval this is the rate */
    public LatencyRequester(LatencyRequests requests, DatagramPort datagrams, CurrentTree tree, int perCall) {
        this.requests = requests;
        this.datagrams = datagrams;
        this.tree = tree;
        this.perCall = perCall;
    }

    public void send() {
        int left = perCall;
        while (left > 0) {
            List<InetAddress> batch = requests.take(Math.min(BATCH, left));
            if (batch.isEmpty()) {
                return;
            }
            left -= batch.size();
            LatencyRequest request = new LatencyRequest(batch);
            for (Node probe : tree.get().tree().nodes(Service.PROBE).toList()) {
                datagrams.send(probe.name(), request);
            }
        }
    }
}
