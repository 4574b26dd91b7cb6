package org.popnet.probe.latency;

import io.micrometer.core.instrument.MeterRegistry;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.popnet.platform.agent.TreeSubscriber;
import org.popnet.platform.message.TargetId;
import org.popnet.platform.tree.ActiveTree;
import org.popnet.platform.tree.Customer;
import org.popnet.platform.tree.CustomerServer;
import org.popnet.platform.tree.NetworkTree;
import org.popnet.platform.tree.Node;
import org.popnet.platform.tree.NodeName;
import org.popnet.platform.tree.Service;
import org.popnet.platform.tree.VantagePoints;
import org.popnet.probe.ProbeSettings;
import org.popnet.probe.check.Endpoint;
import org.popnet.probe.schedule.Schedule;
import org.popnet.probe.schedule.WatchList;
import org.popnet.probe.timer.Timers;

/**
 * Measures the distance to customers' servers (each from its vantage points, and from all when one of them sees it fail), every POP's edges and every name server, regularly: what the name
 * servers add up where only a probe near a server knows it.
 */
public final class RegularLatency implements TreeSubscriber {
    private static final double JITTER = 0.1;
    private static final int CONCURRENCY = 500;
    /** A network that has just started wants to know soon. */
    private static final Duration FIRST_WITHIN = Duration.ofSeconds(3);

    private final NodeName self;
    private final LatencyProbe probe;
    private final WatchList watchList;
    private final Schedule<InetSocketAddress, Target> schedule;
    private @Nullable NetworkTree tree;

    /** What is measured, by the protocol it speaks. */
    private sealed interface Target {
        record Web(Endpoint endpoint, String path) implements Target {}

        record NameServer(InetSocketAddress address) implements Target {}
    }

    public RegularLatency(
            NodeName self,
            LatencyProbe probe,
            WatchList watchList,
            Timers timers,
            LongSupplier nanoTime,
            RandomGenerator random,
            ProbeSettings.Latency settings,
            MeterRegistry registry) {
        this.self = self;
        this.probe = probe;
        this.watchList = watchList;
        watchList.subscribe(this::follow);
        this.schedule = new Schedule<>(
                "latency",
                timers,
                nanoTime,
                random,
                target -> settings.interval(),
                JITTER,
                FIRST_WITHIN,
                CONCURRENCY,
                (target, late) -> measure(target),
                registry);
    }

    @Override
    public Runnable prepare(ActiveTree next) {
        return () -> {
            synchronized (this) {
                tree = next.tree();
            }
            follow();
        };
    }

    private synchronized void follow() {
        NetworkTree now = tree;
        if (now != null) {
            schedule.replace(targets(now));
        }
    }

    private Map<InetSocketAddress, Target> targets(NetworkTree tree) {
        VantagePoints vantagePoints = new VantagePoints(tree);
        Set<TargetId> watched = watchList.targets();
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
                    if (!isMine(server, vantagePoints, customer, watched)) {
                        continue;
                    }
                    Endpoint endpoint =
                            new Endpoint(server.socketAddress(), domain.originHost(), server.tls(), customer);
                    targets.put(server.socketAddress(), new Target.Web(endpoint, "/health"));
                }
            });
        }
        tree.nodes(Service.DNS)
                .map(RegularLatency::dnsAddress)
                .forEach(address -> targets.put(address, new Target.NameServer(address)));
        return targets;
    }

    /** Customers' servers are measured by their vantage points, and by all whom a name server has watch them. */
    private boolean isMine(
            CustomerServer server, VantagePoints vantagePoints, Customer customer, Set<TargetId> watched) {
        return vantagePoints.isAssigned(self, customer.name() + "/" + server.name(), Optional.empty())
                || customer.domains().keySet().stream()
                        .anyMatch(domain -> watched.contains(TargetId.of(server, domain)));
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
