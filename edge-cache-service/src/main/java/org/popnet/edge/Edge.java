package org.popnet.edge;

import java.time.InstantSource;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.popnet.edge.account.AccessLog;
import org.popnet.edge.account.EdgeMetrics;
import org.popnet.edge.clients.ClientRoundTrips;
import org.popnet.edge.memory.MemoryTier;
import org.popnet.edge.site.SiteRouter;
import org.popnet.edge.upstream.Fetchers;
import org.popnet.edge.upstream.Origins;
import org.popnet.edge.upstream.UpstreamClient;
import org.popnet.platform.load.TrafficMeter;

/**
 * What all connections of an edge share.
 *
 * @param name the node's name, as {@code Via} and {@code Cache-Status} show it: {@code edge1.westusa}
 * @param random that nobody can guess
 */
record Edge(
        String name,
        EdgeSettings settings,
        SiteRouter router,
        MemoryTier memory,
        UpstreamClient upstream,
        Fetchers fetchers,
        Origins origins,
        AccessLog log,
        EdgeMetrics metrics,
        TrafficMeter meter,
        ClientRoundTrips roundTrips,
        InstantSource clock,
        LongSupplier nanoTime,
        RandomGenerator random) {}
