package org.popnet.dns.knowledge;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.popnet.dns.steering.ClientLocation;
import org.popnet.dns.steering.Geography;
import org.popnet.dns.steering.Latencies;
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

    /** Targets that are compiled in one step: less than half a millisecond of work. */
    private static final int STEP = 1000;
    /**
     * A verdict that changes is published at once, and an edge that takes up a tree; but when hundreds do in the same
     * second, each of those times would cost as much as all of them together.
     */
    private static final int HURRIED_MAX = 10;

    private static final long HURRY_MS = 1000;

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

    /** Of the current tree; null before there is one. */
    private @Nullable CompiledTargets compiled;
    /** How many changes were published at once since then. */
    private int hurried;

    private long hurryingSinceMs;
    /** Whether something was compiled that answers should be made from soon. */
    private boolean waiting;

    private volatile @Nullable View view;

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
    }

    /** What answers are made from. */
    public View view() {
        View current = view;
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
            compiled = health.follow(next);
            NetworkTree tree = next.tree().tree();
            loads.follow(tree);
            rules.retain(loads.machines());
            distances.follow(next, nowMs());
            compileAndPublish();
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
                publishSoon(current);
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
                        publishSoon(current);
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
                current.compileDue(STEP, distances.toServers(current.zone().topology(), now), now);
                if (waiting) {
                    publish(current);
                }
            }
        }
    }

    /** Compiles a new view from what came in since; call it every second. */
    public void refresh() {
        synchronized (lock) {
            if (compiled != null) {
                distances.correct(nowMs());
                compileAndPublish();
            }
        }
    }

    /** Makes room where latencies have expired and looks for a newer database of places; call it every few minutes. */
    public void expire() {
        geography.refresh();
        synchronized (lock) {
            distances.expire(nowMs());
            refresh();
        }
    }

    private void compileAndPublish() {
        CompiledTargets current = compiled;
        if (current != null) {
            long now = nowMs();
            current.compileDue(
                    Integer.MAX_VALUE, distances.toServers(current.zone().topology(), now), now);
            publish(current);
        }
    }

    /** At once as a rule; when much changes in one second, with the next {@link #prepare}. */
    private void publishSoon(CompiledTargets current) {
        waiting = true;
        long now = nowMs();
        if (now - hurryingSinceMs >= HURRY_MS) {
            hurryingSinceMs = now;
            hurried = 0;
        }
        if (hurried < HURRIED_MAX) {
            hurried++;
            publish(current);
        }
    }

    private void publish(CompiledTargets current) {
        long now = nowMs();
        ZoneSnapshot zone = current.zone();
        Latencies toServers = distances.toServers(zone.topology(), now);
        float[] fromHere = OwnDistance.of(zone.topology(), toServers, now);
        current.load(loads.table(), now);
        waiting = false;
        view = new View(
                zone, current.publish(), distances.toClients(zone.topology(), fromHere, now), rules.compile(zone));
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
                    reports.add(report(current, target.id(), known, now));
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
            return known == null || current == null ? null : report(current, id, known, nowMs());
        }
    }

    private TargetReport report(ZoneSnapshot current, TargetId id, TargetHealth known, long now) {
        int index = current.indexOf(id);
        int pop = index < 0 ? -1 : current.targets().get(index).pop();
        float responseMs = known.responseMs(pop, current.topology(), now);
        return TargetReport.of(id, known, responseMs, loads.table().told(id.machine(), now), now);
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

    /**
     * Takes up from when domains are known; the tree must be active.
     *
     * @param since by name, the generation they came with; empty if that was not written
     */
    void restoreDomains(Map<String, Long> since) {
        synchronized (lock) {
            ZoneSnapshot current = zone();
            if (current != null) {
                rules.restore(since, current.tree().generation().number());
            }
        }
    }

    /** Takes up what a checkpoint holds; the tree must be active. */
    void restoreLatency(long high, long low, String pop, float rttMs, float lossPercent, long ageMs) {
        synchronized (lock) {
            distances.restore(high, low, pop, rttMs, lossPercent, ageMs, nowMs());
        }
    }

    void restoreVerdict(TargetId target, boolean down, long ageMs) {
        synchronized (lock) {
            health.restore(target, down ? TargetHealth.State.DOWN : TargetHealth.State.UP, nowMs() - ageMs);
            if (compiled != null) {
                compiled.due(target);
            }
        }
    }

    void restorePersistence(PersistenceRecord kept) {
        if (kept.leftMs() > 0) {
            persistence.merge(kept, nowMs(), "");
        }
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
        View current = view;
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
