package org.popnet.probe.load;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.popnet.platform.agent.TreeSubscriber;
import org.popnet.platform.control.ControlException;
import org.popnet.platform.message.Message.LoadReport;
import org.popnet.platform.tree.ActiveTree;
import org.popnet.platform.tree.Customer;
import org.popnet.platform.tree.CustomerServer;
import org.popnet.platform.tree.Domain;
import org.popnet.platform.tree.LoadMeasure;
import org.popnet.platform.tree.NetworkTree;
import org.popnet.platform.tree.Node;
import org.popnet.platform.tree.NodeName;
import org.popnet.platform.tree.Pop;
import org.popnet.platform.tree.Service;
import org.popnet.platform.tree.VantagePoints;
import org.popnet.probe.ProbeSettings;
import org.popnet.probe.check.CheckRunner;
import org.popnet.probe.check.Endpoint;
import org.popnet.probe.report.Measurement;
import org.popnet.probe.schedule.Schedule;
import org.popnet.probe.timer.Timers;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks each content machine, and each customer server that has a {@code load-url}, for its load, and reports what it
 * says. Each is asked by its vantage points only.
 */
public final class LoadPolls implements TreeSubscriber {
    private static final Logger LOG = LoggerFactory.getLogger(LoadPolls.class);
    private static final int CONCURRENCY = 200;
    private static final double JITTER = 0.1;

    private final NodeName self;
    private final CheckRunner runner;
    private final BiFunction<Node, String, LoadReport> control;
    private final LongSupplier nanoTime;
    private final InstantSource wallClock;
    private final ProbeSettings.Load settings;
    private final Consumer<Measurement> reports;
    private final Schedule<String, Target> schedule;
    private final Counter answered;
    private final Counter failed;

    /** What is asked, by the name that it has in reports. */
    private sealed interface Target {
        String name();

        record OfNode(String name, Node node, Set<LoadMeasure> measures) implements Target {}

        record OfServer(String name, Endpoint endpoint, String path) implements Target {}
    }

    /** @param control gets a path of a node's control port; throws {@link ControlException} */
    public LoadPolls(
            NodeName self,
            CheckRunner runner,
            BiFunction<Node, String, LoadReport> control,
            Timers timers,
            LongSupplier nanoTime,
            InstantSource wallClock,
            RandomGenerator random,
            ProbeSettings.Load settings,
            Consumer<Measurement> reports,
            MeterRegistry registry) {
        this.self = self;
        this.runner = runner;
        this.control = control;
        this.nanoTime = nanoTime;
        this.wallClock = wallClock;
        this.settings = settings;
        this.reports = reports;
        this.answered = counter(registry, "answered");
        this.failed = counter(registry, "failed");
        this.schedule = new Schedule<>(
                "load",
                timers,
                nanoTime,
                random,
                target -> settings.interval(),
                JITTER,
                settings.interval(),
                CONCURRENCY,
                (target, late) -> poll(target),
                registry);
    }

    private static Counter counter(MeterRegistry registry, String result) {
        return Counter.builder("popnet.probe.load.polls")
                .description("machines asked for their load")
                .tag("result", result)
                .register(registry);
    }

    @Override
    public Runnable prepare(ActiveTree next) {
        Map<String, Target> targets = targets(next.tree());
        return () -> schedule.replace(targets);
    }

    private Map<String, Target> targets(NetworkTree tree) {
        VantagePoints vantagePoints = new VantagePoints(tree);
        Map<String, Target> targets = new HashMap<>();
        for (Pop pop : tree.pops().values()) {
            for (Node node : pop.nodes().values()) {
                String name = "node:" + node.name();
                if ((node.service() == Service.EDGE_CACHE || node.service() == Service.ORIGIN_FETCH)
                        && vantagePoints.isAssigned(self, node.name().toString(), pop.location())) {
                    targets.put(
                            name, new Target.OfNode(name, node, tree.measures().load()));
                }
            }
        }
        for (Customer customer : tree.customers().values()) {
            for (CustomerServer server : customer.servers().values()) {
                String name = customer.name() + "/" + server.name();
                if (server.loadPath().isPresent() && vantagePoints.isAssigned(self, name, Optional.empty())) {
                    String host = customer.domains().values().stream()
                            .findFirst()
                            .map(Domain::originHost)
                            .orElse(server.address().getHostAddress());
                    Endpoint endpoint = new Endpoint(server.socketAddress(), host, server.tls(), customer);
                    targets.put(
                            name,
                            new Target.OfServer(
                                    name, endpoint, server.loadPath().get()));
                }
            }
        }
        return targets;
    }

    private void poll(Target target) {
        long start = nanoTime.getAsLong();
        try {
            Measurement.OfLoad load =
                    switch (target) {
                        case Target.OfNode node -> ofNode(node, start);
                        case Target.OfServer server -> ofServer(server, start);
                    };
            answered.increment();
            reports.accept(load);
        } catch (IOException | ControlException e) {
            failed.increment();
            LOG.debug("{} does not say its load: {}", target.name(), e.getMessage());
        }
    }

    private Measurement.OfLoad ofNode(Target.OfNode target, long start) {
        LoadReport load = control.apply(target.node(), "/load");
        double used = load.used(target.node().capacity().requestsPerSecond(), target.measures());
        return measurement(target.name(), load.requestsPerSecond(), used, start);
    }

    private Measurement.OfLoad ofServer(Target.OfServer target, long start) throws IOException {
        LoadDocument document = LoadDocument.parse(
                runner.document(target.endpoint(), target.path(), LoadDocument.BYTES_MAX, settings.timeout()));
        return measurement(target.name(), document.requestsPerSecond(), document.share(), start);
    }

    private Measurement.OfLoad measurement(String name, double requestsPerSecond, double share, long start) {
        long end = nanoTime.getAsLong();
        boolean lagged = end - start > 2 * settings.timeout().toNanos();
        return new Measurement.OfLoad(name, requestsPerSecond, share, end, wallClock.instant(), lagged);
    }
}
