package org.popnet.probe.latency;

import io.micrometer.core.instrument.MeterRegistry;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.popnet.platform.agent.TreeSubscriber;
import org.popnet.platform.tree.ActiveTree;
import org.popnet.platform.tree.Customer;
import org.popnet.platform.tree.CustomerServer;
import org.popnet.platform.tree.NetworkTree;
import org.popnet.platform.tree.Node;
import org.popnet.platform.tree.Service;
import org.popnet.probe.ProbeSettings;
import org.popnet.probe.check.Endpoint;
import org.popnet.probe.schedule.Schedule;

/**
 * Measures the distance to every customer server, every POP's edges and every name server, regularly: what the name
 * servers add up where only a probe near a server knows it.
 */
public final class RegularLatency implements TreeSubscriber {
    private static final double JITTER = 0.1;
    private static final int CONCURRENCY = 500;
    /** A network that has just started wants to know soon. */
    private static final Duration FIRST_WITHIN = Duration.ofSeconds(3);

    private final LatencyProbe probe;
    private final Schedule<InetSocketAddress, Target> schedule;

    /** What is measured, by the protocol it speaks. */
    private sealed interface Target {
        record Web(Endpoint endpoint, String path) implements Target {}

        record NameServer(InetSocketAddress address) implements Target {}
    }

    public RegularLatency(
            LatencyProbe probe,
            ScheduledExecutorService clock,
            LongSupplier nanoTime,
            RandomGenerator random,
            ProbeSettings.Latency settings,
            MeterRegistry registry) {
        this.probe = probe;
        this.schedule = new Schedule<>(
                "latency",
                clock,
                nanoTime,
                random,
                settings.interval(),
                JITTER,
                FIRST_WITHIN,
                CONCURRENCY,
                this::measure,
                registry);
    }

    @Override
    public Runnable prepare(ActiveTree next) {
        Map<InetSocketAddress, Target> targets = targets(next.tree());
        return () -> schedule.replace(targets);
    }

    private static Map<InetSocketAddress, Target> targets(NetworkTree tree) {
        Map<InetSocketAddress, Target> targets = new HashMap<>();
        tree.nodes(Service.EDGE_CACHE).forEach(edge -> {
            InetSocketAddress address =
                    new InetSocketAddress(edge.address(), edge.ports().http());
            Endpoint endpoint = new Endpoint(address, edge.name() + "." + tree.zone(), false);
            targets.put(address, new Target.Web(endpoint, "/.popnet/health"));
        });
        for (Customer customer : tree.customers().values()) {
            customer.domains().values().stream().findFirst().ifPresent(domain -> {
                for (CustomerServer server : customer.servers().values()) {
                    Endpoint endpoint = new Endpoint(server.socketAddress(), domain.originHost(), server.tls());
                    targets.put(server.socketAddress(), new Target.Web(endpoint, "/health"));
                }
            });
        }
        tree.nodes(Service.DNS)
                .map(RegularLatency::dnsAddress)
                .forEach(address -> targets.put(address, new Target.NameServer(address)));
        return targets;
    }

    private static InetSocketAddress dnsAddress(Node nameServer) {
        return new InetSocketAddress(nameServer.address(), nameServer.ports().dns());
    }

    private void measure(Target target) {
        switch (target) {
            case Target.Web web -> probe.measureHttp(web.endpoint(), web.path());
            case Target.NameServer nameServer -> probe.measureDns(nameServer.address());
        }
    }
}
