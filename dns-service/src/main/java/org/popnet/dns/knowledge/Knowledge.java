package org.popnet.dns.knowledge;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.popnet.dns.steering.Address;
import org.popnet.dns.steering.ClientLocation;
import org.popnet.dns.steering.Geography;
import org.popnet.dns.steering.Latencies;
import org.popnet.dns.steering.Topology;
import org.popnet.dns.zone.ZoneSnapshot;
import org.popnet.platform.message.Message.ClientRoundTrip;
import org.popnet.platform.message.Message.KnowledgePart;
import org.popnet.platform.message.Message.LatencyResult;
import org.popnet.platform.message.Message.LoadReport;
import org.popnet.platform.message.Message.PersistenceRecord;
import org.popnet.platform.message.Message.PopLatency;
import org.popnet.platform.message.Message.PrefixLatency;
import org.popnet.platform.message.Message.ProbeReport;
import org.popnet.platform.message.Message.ServerLoad;
import org.popnet.platform.message.TargetId;
import org.popnet.platform.tree.Customer;
import org.popnet.platform.tree.CustomerServer;
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
    /** What latencies may take, in cells of 8 bytes: many POPs mean fewer prefixes. */
    private static final int LATENCY_CELLS_MAX = 1 << 24;

    private static final int COLUMNS_MIN = 8;
    private static final String NODE = "node:";
    /** A node that has told nothing for so long is known by what probes hear from it. */
    private static final long NODE_SILENT_MS = 2500;

    private final KnowledgeSettings settings;
    private final LongSupplier clockMs;
    private final Geography geography;
    private final ClientLocation clientLocation;
    private final PersistenceTable persistence;
    private final LatencyRequests latencyRequests;
    private final LongAdder latenciesDropped = new LongAdder();
    private final LongAdder transitions = new LongAdder();

    private final Object lock = new Object();
    private final HealthTable health;
    private final LoadTable load;
    private final RulesHeld rules = new RulesHeld();
    private final PassiveRoundTrips passive;
    private final Map<String, Integer> columnOfPop = new HashMap<>();
    private LatencyRows latencies;
    /** From POPs to the network's and the customers' servers, by address. */
    private LatencyRows distances;
    /** Probes measure these, too; they are not where clients are, and their checks tell more. */
    private Set<InetAddress> servers = Set.of();

    /** Who may tell a load, by the name it is kept under. */
    private Set<String> machines = Set.of();

    private @Nullable ZoneSnapshot zone;
    private volatile @Nullable View view;

    /** @param clockMs milliseconds on a clock that never goes back, greater than any age there can be */
    public Knowledge(KnowledgeSettings settings, LongSupplier clockMs) {
        this(settings, clockMs, Geography.UNKNOWN);
    }

    /** @param geography knows where clients are of whom nothing better is known */
    public Knowledge(KnowledgeSettings settings, LongSupplier clockMs, Geography geography) {
        this.settings = settings;
        this.clockMs = clockMs;
        this.geography = geography;
        health = new HealthTable(settings.serviceStale().toMillis());
        load = new LoadTable(settings.loadStale().toMillis());
        latencies = new LatencyRows(rowsFor(COLUMNS_MIN), COLUMNS_MIN);
        distances = new LatencyRows(COLUMNS_MIN, COLUMNS_MIN);
        passive = new PassiveRoundTrips(
                settings.latencyHalfLife().toMillis(), settings.latencyExpiry().toMillis());
        persistence = new PersistenceTable(settings.persistenceRecordsMax(), settings.persistenceWaitingMax());
        latencyRequests = new LatencyRequests(
                settings.latencyRequestsMax(), settings.latencyRequestAgain().toMillis());
        clientLocation = new ClientLocation(
                settings.clientPrefixV4(),
                settings.clientPrefixV6(),
                settings.latencyFresh().toMillis(),
                geography);
    }

    private int rowsFor(int columns) {
        return Math.min(settings.latencyPrefixesMax(), LATENCY_CELLS_MAX / columns);
    }

    private int rowsForServers() {
        return Math.max(COLUMNS_MIN, 2 * servers.size());
    }

    private long expiredBefore() {
        return nowMs() - settings.latencyExpiry().toMillis();
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
            rules.follow(zone, next);
            zone = next;
            health.follow(next);
            machines = machines(next);
            load.retain(machines);
            rules.retain(machines);
            if (!next.tree().tree().measures().passiveRoundTrips()) {
                passive.clear();
            }
            servers = addresses(next.tree().tree());
            // Twice as many as there are: those of the tree before go only with their age.
            distances = distances.compact(expiredBefore(), rowsForServers(), distances.columns());
            List<String> pops = next.topology().names();
            pops.forEach(this::column);
            publish();
        }
    }

    /** Everybody who may tell a load, by the name it is kept under. */
    private static Set<String> machines(ZoneSnapshot zone) {
        NetworkTree tree = zone.tree().tree();
        Set<String> names = new HashSet<>();
        tree.nodes().keySet().forEach(node -> names.add(node.toString()));
        tree.customers().values().forEach(customer -> customer.servers()
                .values()
                .forEach(server -> names.add(server.customer() + "/" + server.name())));
        return names;
    }

    private static Set<InetAddress> addresses(NetworkTree tree) {
        Set<InetAddress> addresses = new HashSet<>();
        tree.nodes().values().forEach(node -> addresses.addAll(node.addresses()));
        for (Customer customer : tree.customers().values()) {
            customer.servers().values().forEach(server -> addresses.addAll(server.addresses()));
        }
        return addresses;
    }

    /** Takes what a probe measured. */
    public void take(NodeName probe, ProbeReport report) {
        synchronized (lock) {
            long now = nowMs();
            ZoneSnapshot current = zone;
            if (current == null) {
                return;
            }
            List<HealthTable.Transition> changed = health.take(probe, report.services(), current, now);
            for (HealthTable.Transition change : changed) {
                transitions.increment();
                LOG.info(
                        "{} is {}{}",
                        change.target(),
                        change.state(),
                        change.reason() == null ? "" : ": " + change.reason());
            }
            for (LatencyResult latency : report.latencies()) {
                take(probe, latency, now);
            }
            for (ServerLoad told : report.loads()) {
                take(current.tree().tree(), told, now);
            }
            if (!changed.isEmpty()) {
                publish();
            }
        }
    }

    /** What a machine says of itself, to whichever probe asks. */
    private void take(NetworkTree tree, ServerLoad told, long now) {
        if (told.server().startsWith(NODE)) {
            takeOfNode(told, told.server().substring(NODE.length()), now);
            return;
        }
        int slash = told.server().indexOf('/');
        Customer customer =
                slash < 0 ? null : tree.customers().get(told.server().substring(0, slash));
        CustomerServer server =
                customer == null ? null : customer.servers().get(told.server().substring(slash + 1));
        if (server == null
                || told.lagged()
                || told.ageMs() > settings.loadStale().toMillis()) {
            return;
        }
        double requests = told.requestsPerSecond() / server.capacity().requestsPerSecond();
        load.take(told.server(), Math.max(requests, told.share()), now);
    }

    /** Nodes tell their load themselves, every second: what probes hear stands in where that does not arrive. */
    private void takeOfNode(ServerLoad told, String node, long now) {
        LoadTable.Told last = load.told(node, now);
        boolean silent = last == null || last.ageMs() > NODE_SILENT_MS;
        if (silent && machines.contains(node) && !told.lagged() && told.ageMs() <= NODE_SILENT_MS) {
            load.take(node, told.share(), now);
        }
    }

    private void take(NodeName probe, LatencyResult latency, long now) {
        long measuredAt = now - Math.max(0, latency.ageMs());
        if (latency.lagged() || latency.ageMs() > settings.latencyExpiry().toMillis()) {
            return;
        }
        long high = Address.high(latency.address());
        long low = Address.low(latency.address());
        boolean server = servers.contains(latency.address());
        int bits = server ? 128 : clientLocation.bits(high, low);
        int column = column(probe.pop());
        boolean kept = (server ? distances : latencies)
                .add(
                        server ? high : Address.maskHigh(high, low, bits),
                        server ? low : Address.maskLow(high, low, bits),
                        column,
                        server ? latency.shortestMs() : latency.rttMs(),
                        latency.lossPercent(),
                        measuredAt,
                        settings.latencyHalfLife().toMillis());
        if (!kept) {
            latenciesDropped.increment();
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
            ZoneSnapshot current = zone;
            NetworkTree tree = current == null ? null : current.tree().tree();
            Node sender = tree == null ? null : tree.node(node).orElse(null);
            if (tree != null && sender != null) {
                double used = report.used(
                        sender.capacity().requestsPerSecond(), tree.measures().load());
                load.take(node.toString(), used, nowMs());
                if (sender.service() == Service.EDGE_CACHE) {
                    takeRoundTrips(tree, node, report.clients());
                    if (rules.take(node.toString(), generation)) {
                        publish();
                    }
                }
            }
        }
    }

    private void takeRoundTrips(NetworkTree tree, NodeName edge, List<ClientRoundTrip> clients) {
        if (!tree.measures().passiveRoundTrips()) {
            return;
        }
        int column = column(edge.pop());
        for (ClientRoundTrip client : clients) {
            long high = Address.high(client.prefix());
            long low = Address.low(client.prefix());
            int bits = clientLocation.bits(high, low);
            // Of a longer prefix than clients are told apart by, the shorter one learns; not the other way round.
            if (client.bits() >= bits) {
                long prefixHigh = Address.maskHigh(high, low, bits);
                passive.take(prefixHigh, Address.maskLow(high, low, bits), column, client.rttMs(), nowMs());
            }
        }
    }

    /** Compiles a new view from what came in since; call it every second. */
    public void refresh() {
        synchronized (lock) {
            if (zone != null) {
                passive.correct(latencies, nowMs());
                publish();
            }
        }
    }

    /** Forgets latencies that have expired and looks for a newer database of places; call it every few minutes. */
    public void expire() {
        geography.refresh();
        synchronized (lock) {
            long since = expiredBefore();
            latencies = latencies.compact(since, rowsFor(latencies.columns()), latencies.columns());
            distances = distances.compact(since, rowsForServers(), distances.columns());
            passive.compact(since);
            refresh();
        }
    }

    /** The column of a POP; a POP that leaves the tree and comes back finds its figures again. */
    private int column(String pop) {
        Integer known = columnOfPop.get(pop);
        if (known != null) {
            return known;
        }
        int column = columnOfPop.size();
        columnOfPop.put(pop, column);
        if (column >= latencies.columns()) {
            int columns = latencies.columns() * 2;
            latencies = latencies.compact(0, rowsFor(columns), columns);
            distances = distances.compact(0, rowsForServers(), columns);
            passive.widen(columns);
            passive.correct(latencies, nowMs());
        }
        return column;
    }

    private void publish() {
        ZoneSnapshot current = zone;
        if (current == null) {
            return;
        }
        long now = nowMs();
        long expiryMs = settings.latencyExpiry().toMillis();
        int[] columns =
                current.topology().names().stream().mapToInt(this::column).toArray();
        Latencies toServers = distances.through(columns, expiryMs, Topology.NOWHERE);
        float[] fromHere = OwnDistance.of(current.topology(), toServers, now);
        view = new View(
                current,
                health.compile(current, load, toServers, now),
                latencies.through(columns, expiryMs, fromHere),
                rules.compile(current));
    }

    /** What is known of every target, for operators. */
    public List<TargetReport> targets() {
        synchronized (lock) {
            ZoneSnapshot current = zone;
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
            ZoneSnapshot current = zone;
            return known == null || current == null ? null : report(current, id, known, nowMs());
        }
    }

    private TargetReport report(ZoneSnapshot current, TargetId id, TargetHealth known, long now) {
        float responseMs = HealthTable.responseMs(current, id, known, now);
        return TargetReport.of(id, known, responseMs, load.told(id.machine(), now), now);
    }

    /** Writes everything to a checkpoint. */
    void save(Checkpoint.Writer writer) {
        synchronized (lock) {
            long now = nowMs();
            String[] pops = popOfColumn();
            latencies.forEach(
                    (high, low, column, rtt, loss, at) -> writer.latency(high, low, pops[column], rtt, loss, now - at));
            health.targets().forEach((id, target) -> {
                if (target.state() != TargetHealth.State.UNKNOWN) {
                    writer.verdict(id, target.state() == TargetHealth.State.DOWN, now - target.sinceMs());
                }
            });
            persistence.forEach(now, writer::persistence);
            rules.since().forEach(writer::domain);
        }
    }

    /**
     * Takes up from when domains are known; the tree must be active.
     *
     * @param since by name, the generation they came with; empty if that was not written
     */
    void restoreDomains(Map<String, Long> since) {
        synchronized (lock) {
            if (zone != null) {
                rules.restore(since, zone.tree().generation().number());
            }
        }
    }

    /** Takes up what a checkpoint holds; the tree must be active. */
    void restoreLatency(long high, long low, String pop, float rttMs, float lossPercent, long ageMs) {
        synchronized (lock) {
            if (ageMs <= settings.latencyExpiry().toMillis()) {
                latencies.add(high, low, column(pop), rttMs, lossPercent, nowMs() - ageMs, 1);
            }
        }
    }

    void restoreVerdict(TargetId target, boolean down, long ageMs) {
        synchronized (lock) {
            health.restore(target, down ? TargetHealth.State.DOWN : TargetHealth.State.UP, nowMs() - ageMs);
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
            ZoneSnapshot current = zone;
            if (current == null) {
                return learned;
            }
            for (PrefixLatency prefix : part.latencies()) {
                for (PopLatency pop : prefix.pops()) {
                    learned += current.topology().indexOf(pop.pop()) >= 0 && learn(prefix.prefix(), pop) ? 1 : 0;
                }
            }
        }
        return learned;
    }

    private boolean learn(InetAddress prefix, PopLatency pop) {
        if (pop.ageMs() < 0 || pop.ageMs() > settings.latencyExpiry().toMillis()) {
            return false;
        }
        long high = Address.high(prefix);
        long low = Address.low(prefix);
        int bits = clientLocation.bits(high, low);
        return latencies.learn(
                Address.maskHigh(high, low, bits),
                Address.maskLow(high, low, bits),
                column(pop.pop()),
                pop.rttTenths() < 0 ? Double.NaN : pop.rttTenths() / 10.0,
                pop.lossPercent(),
                nowMs() - pop.ageMs());
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
            String[] pops = popOfColumn();
            return latencies.read(
                    from, bytes, pops, nowMs(), settings.latencyExpiry().toMillis(), out);
        }
    }

    private String[] popOfColumn() {
        String[] pops = new String[columnOfPop.size()];
        columnOfPop.forEach((pop, column) -> pops[column] = pop);
        return pops;
    }

    public int latencyPrefixes() {
        synchronized (lock) {
            return latencies.rows();
        }
    }

    /** The network's and the customers' servers to which the way was measured. */
    public int distances() {
        synchronized (lock) {
            return distances.rows();
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
            return passive.prefixes();
        }
    }

    /** Measurements that found the table full. */
    public long latenciesDropped() {
        return latenciesDropped.sum();
    }

    /** How often a verdict changed. */
    public long transitions() {
        return transitions.sum();
    }

    public int loads() {
        synchronized (lock) {
            return load.size();
        }
    }
}
