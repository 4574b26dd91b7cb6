package org.popnet.dns.knowledge;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.popnet.dns.steering.ClientLocation;
import org.popnet.dns.steering.Geography;
import org.popnet.dns.zone.ZoneSnapshot;
import org.popnet.platform.message.Message.KnowledgePart;
import org.popnet.platform.message.Message.LatencyResult;
import org.popnet.platform.message.Message.LoadReport;
import org.popnet.platform.message.Message.PersistenceRecord;
import org.popnet.platform.message.Message.PopLatency;
import org.popnet.platform.message.Message.PrefixLatency;
import org.popnet.platform.message.Message.ProbeReport;
import org.popnet.platform.message.Message.ServerLoad;
import org.popnet.platform.message.TargetId;
import org.popnet.platform.tree.NetworkTree;
import org.popnet.platform.tree.Node;
import org.popnet.platform.tree.NodeName;
import org.popnet.platform.tree.Service;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All the name server knows: it takes trees and reports, off the hot path, and gives the {@link View} that answers are
 * made from. Everything is bounded and has an age.
 */
public final class Knowledge {
    private static final Logger LOG = LoggerFactory.getLogger(Knowledge.class);

    private final LongSupplier clockMs;
    private final Geography geography;
    private final ClientLocation clientLocation;
    private final PersistenceTable persistence;
    private final LatencyRequests latencyRequests;
    private final LongAdder transitions = new LongAdder();

    private final Object lock = new Object();
    private final HealthTable health;
    private final ReportedLoads loads;
    private final MeasuredDistances distances;
    private final RulesHeld rules = new RulesHeld();
    private final ViewPublisher views;

    /** Of the current tree; null before there is one. */
    private @Nullable CompiledTargets compiled;

    /** @param clockMs milliseconds on a clock that never goes back, greater than any age there can be */
    public Knowledge(KnowledgeSettings settings, LongSupplier clockMs) {
        this(settings, clockMs, Geography.UNKNOWN);
    }

    /** @param geography knows where clients are of whom nothing better is known */
    public Knowledge(KnowledgeSettings settings, LongSupplier clockMs, Geography geography) {
        this.clockMs = clockMs;
        this.geography = geography;
        health = new HealthTable(
                settings.serviceStale().toMillis(), settings.latencyExpiry().toMillis());
        loads = new ReportedLoads(settings.loadStale().toMillis());
        persistence = new PersistenceTable(settings.persistenceRecordsMax(), settings.persistenceWaitingMax());
        latencyRequests = new LatencyRequests(
                settings.latencyRequestsMax(), settings.latencyRequestAgain().toMillis());
        clientLocation = new ClientLocation(
                settings.clientPrefixV4(),
                settings.clientPrefixV6(),
                settings.latencyFresh().toMillis(),
                geography);
        distances = new MeasuredDistances(settings, clientLocation);
        views = new ViewPublisher(loads, distances, rules);
    }

    /** What answers are made from. */
    public View view() {
        View current = views.view();
        if (current == null) {
            throw new IllegalStateException("no tree was taken up yet");
        }
        return current;
    }

    public ClientLocation clientLocation() {
        return clientLocation;
    }

    public PersistenceTable persistence() {
        return persistence;
    }

    public LatencyRequests latencyRequests() {
        return latencyRequests;
    }

    /** Milliseconds on the node's own clock, which all ages here are counted on. */
    public long nowMs() {
        return clockMs.getAsLong();
    }

    /** Switches to the names of a new tree; what is known of what stays is kept. */
    public void activate(ZoneSnapshot next) {
        synchronized (lock) {
            rules.follow(zone(), next);
            CompiledTargets targets = health.follow(next);
            compiled = targets;
            NetworkTree tree = next.tree().tree();
            loads.follow(tree);
            rules.retain(loads.machines());
            distances.follow(next, nowMs());
            views.publishAll(targets, nowMs());
        }
    }

    private @Nullable ZoneSnapshot zone() {
        CompiledTargets current = compiled;
        return current == null ? null : current.zone();
    }

    /** Takes what a probe measured. */
    public void take(NodeName probe, ProbeReport report) {
        synchronized (lock) {
            long now = nowMs();
            CompiledTargets current = compiled;
            if (current == null) {
                return;
            }
            ZoneSnapshot zone = current.zone();
            List<HealthTable.Transition> changed =
                    health.take(probe, report.services(), current, distances.toServers(zone.topology(), now), now);
            for (HealthTable.Transition change : changed) {
                transitions.increment();
                LOG.info(
                        "{} is {}{}",
                        change.target(),
                        change.state(),
                        change.reason() == null ? "" : ": " + change.reason());
            }
            for (LatencyResult latency : report.latencies()) {
                if (distances.take(probe.pop(), latency, now)) {
                    current.measured(latency.address());
                }
            }
            for (ServerLoad told : report.loads()) {
                loads.hear(zone.tree().tree(), told, now);
            }
            if (!changed.isEmpty()) {
                views.publishSoon(current, now);
            }
        }
    }

    /**
     * Which probes are to be asked to watch which targets, because vantage points see them fail.
     *
     * @param most targets at most
     */
    Map<NodeName, List<TargetId>> wantedWatches(int most) {
        synchronized (lock) {
            return health.wanted(nowMs(), most);
        }
    }

    /**
     * Takes what a node says of itself: how busy it is, which tree it has, how far its clients are.
     *
     * @param generation that the node had activated when it said so; 0 if none
     */
    public void take(NodeName node, long generation, LoadReport report) {
        synchronized (lock) {
            CompiledTargets current = compiled;
            NetworkTree tree = current == null ? null : current.zone().tree().tree();
            Node sender = tree == null ? null : tree.node(node).orElse(null);
            if (current != null && tree != null && sender != null) {
                loads.take(tree, sender, report, nowMs());
                if (sender.service() == Service.EDGE_CACHE) {
                    if (tree.measures().passiveRoundTrips()) {
                        distances.take(node.pop(), report.clients(), nowMs());
                    }
                    if (rules.take(node.toString(), generation)) {
                        views.publishSoon(current, nowMs());
                    }
                }
            }
        }
    }

    /**
     * Compiles a part of what has to be compiled by the next {@link #refresh}, and publishes verdicts that wait for it;
     * call it ten times a second.
     */
    public void prepare() {
        synchronized (lock) {
            CompiledTargets current = compiled;
            if (current != null) {
                long now = nowMs();
                distances.prepare(now);
                views.prepare(current, now);
            }
        }
    }

    /** Compiles a new view from what came in since; call it every second. */
    public void refresh() {
        synchronized (lock) {
            CompiledTargets current = compiled;
            if (current != null) {
                distances.correct(nowMs());
                views.publishAll(current, nowMs());
            }
        }
    }

    /** Looks for a newer database of places, which may take as long as the disk does; call it every few minutes. */
    public void refreshPlaces() {
        geography.refresh();
    }

    /** Makes room where latencies have expired; call it every few minutes. */
    public void expire() {
        synchronized (lock) {
            distances.expire(nowMs());
            refresh();
        }
    }

    /** What is known of every target, for operators. */
    public List<TargetReport> targets() {
        synchronized (lock) {
            ZoneSnapshot current = zone();
            if (current == null) {
                return List.of();
            }
            long now = nowMs();
            List<TargetReport> reports = new ArrayList<>();
            for (ZoneSnapshot.Target target : current.targets()) {
                TargetHealth known = health.targets().get(target.id());
                if (known != null) {
                    reports.add(TargetReport.of(target.id(), known, current, loads.table(), now));
                }
            }
            return reports;
        }
    }

    /** What is known of one target; null if it is not watched. */
    public @Nullable TargetReport target(TargetId id) {
        synchronized (lock) {
            TargetHealth known = health.targets().get(id);
            ZoneSnapshot current = zone();
            return known == null || current == null
                    ? null
                    : TargetReport.of(id, known, current, loads.table(), nowMs());
        }
    }

    /** Everything that a checkpoint keeps; null if there is no tree yet. */
    @Nullable Saving saving() {
        synchronized (lock) {
            CompiledTargets current = compiled;
            return current == null
                    ? null
                    : new Saving(
                            lock, clockMs, distances.clients(), distances.pops(), rules.since(), current, persistence);
        }
    }

    /** Takes up what a checkpoint holds; a tree must be active. */
    Restoring restoring() {
        return new Restoring(lock, clockMs, () -> compiled, health, distances, rules, persistence);
    }

    /**
     * Takes up what another name server knows newer.
     *
     * @return how many records and figures that was
     */
    int learn(KnowledgePart part, String self) {
        int learned = 0;
        for (PersistenceRecord other : part.persistence()) {
            learned += persistence.merge(other, nowMs(), self) ? 1 : 0;
        }
        synchronized (lock) {
            ZoneSnapshot current = zone();
            if (current == null) {
                return learned;
            }
            for (PrefixLatency prefix : part.latencies()) {
                for (PopLatency pop : prefix.pops()) {
                    boolean newer = current.topology().indexOf(pop.pop()) >= 0
                            && distances.learn(prefix.prefix(), pop, nowMs());
                    learned += newer ? 1 : 0;
                }
            }
        }
        return learned;
    }

    /**
     * Hands over latencies that have not expired, as many prefixes as fit.
     *
     * @param from 0, or what an earlier call returned
     * @param bytes what they may take in a datagram
     * @return where the next ones begin; -1 if there are none
     */
    long readLatencies(long from, int bytes, List<PrefixLatency> out) {
        synchronized (lock) {
            return distances.read(from, bytes, out, nowMs());
        }
    }

    public int latencyPrefixes() {
        synchronized (lock) {
            return distances.prefixes();
        }
    }

    /** The network's and the customers' servers to which the way was measured. */
    public int distances() {
        synchronized (lock) {
            return distances.servers();
        }
    }

    /** Domains that not all of their edges hold. */
    public int domainsUnconfirmed() {
        View current = views.view();
        return current == null ? 0 : current.held().narrowed().size();
    }

    /** Client prefixes whose own connections tell how far they are. */
    public int passivePrefixes() {
        synchronized (lock) {
            return distances.passivePrefixes();
        }
    }

    /** Measurements that found the table full. */
    public long latenciesDropped() {
        return distances.dropped();
    }

    /** How often a verdict changed. */
    public long transitions() {
        return transitions.sum();
    }

    public int loads() {
        synchronized (lock) {
            return loads.table().size();
        }
    }
}
