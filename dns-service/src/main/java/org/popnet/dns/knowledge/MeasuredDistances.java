package org.popnet.dns.knowledge;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import org.popnet.dns.steering.Address;
import org.popnet.dns.steering.ClientLocation;
import org.popnet.dns.steering.Latencies;
import org.popnet.dns.steering.Topology;
import org.popnet.dns.zone.ZoneSnapshot;
import org.popnet.platform.message.Message.ClientRoundTrip;
import org.popnet.platform.message.Message.LatencyResult;
import org.popnet.platform.message.Message.PopLatency;
import org.popnet.platform.message.Message.PrefixLatency;
import org.popnet.platform.tree.Customer;
import org.popnet.platform.tree.NetworkTree;

/**
 * How far clients, and the network's and the customers' servers, are from every POP: what probes measured, corrected by
 * what POPs' own users see, and what another name server knows newer. Bounded; old figures lose weight and then go.
 * Guarded by its owner's lock.
 */
final class MeasuredDistances {
    /** What latencies may take, in cells of 8 bytes: many POPs mean fewer prefixes. */
    private static final int LATENCY_CELLS_MAX = 1 << 24;

    private static final int COLUMNS_MIN = 8;

    private final int prefixesMax;
    private final long halfLifeMs;
    private final long expiryMs;
    private final ClientLocation clientLocation;
    private final PassiveRoundTrips passive;
    private final Map<String, Integer> columnOfPop = new HashMap<>();
    private final LongAdder dropped = new LongAdder();
    private LatencyRows clients;
    /** From POPs to the network's and the customers' servers, by address. */
    private LatencyRows toServers;
    /** Probes measure these, too; they are not where clients are, and their checks tell more. */
    private Set<InetAddress> servers = Set.of();

    /** @param clientLocation tells by which prefixes clients are told apart */
    MeasuredDistances(KnowledgeSettings settings, ClientLocation clientLocation) {
        prefixesMax = settings.latencyPrefixesMax();
        halfLifeMs = settings.latencyHalfLife().toMillis();
        expiryMs = settings.latencyExpiry().toMillis();
        this.clientLocation = clientLocation;
        passive = new PassiveRoundTrips(halfLifeMs, expiryMs);
        clients = new LatencyRows(rowsFor(COLUMNS_MIN), COLUMNS_MIN);
        toServers = new LatencyRows(COLUMNS_MIN, COLUMNS_MIN);
    }

    private int rowsFor(int columns) {
        return Math.min(prefixesMax, LATENCY_CELLS_MAX / columns);
    }

    /** Twice as many as there are: those of the tree before go only with their age. */
    private int rowsForServers() {
        return Math.max(COLUMNS_MIN, 2 * servers.size());
    }

    /** Makes room for the servers and POPs of this tree; what is known of those that stay is kept. */
    void follow(ZoneSnapshot zone, long nowMs) {
        NetworkTree tree = zone.tree().tree();
        if (!tree.measures().passiveRoundTrips()) {
            passive.clear();
        }
        servers = addresses(tree);
        toServers = toServers.compact(nowMs - expiryMs, rowsForServers(), toServers.columns());
        zone.topology().names().forEach(pop -> column(pop, nowMs));
    }

    private static Set<InetAddress> addresses(NetworkTree tree) {
        Set<InetAddress> addresses = new HashSet<>();
        tree.nodes().values().forEach(node -> addresses.addAll(node.addresses()));
        for (Customer customer : tree.customers().values()) {
            customer.servers().values().forEach(server -> addresses.addAll(server.addresses()));
        }
        return addresses;
    }

    /** The column of a POP; a POP that leaves the tree and comes back finds its figures again. */
    private int column(String pop, long nowMs) {
        Integer known = columnOfPop.get(pop);
        if (known != null) {
            return known;
        }
        int column = columnOfPop.size();
        columnOfPop.put(pop, column);
        if (column >= clients.columns()) {
            int columns = clients.columns() * 2;
            clients = clients.compact(0, rowsFor(columns), columns);
            toServers = toServers.compact(0, rowsForServers(), columns);
            passive.widen(columns);
            passive.correct(clients, nowMs);
        }
        return column;
    }

    /**
     * Takes what a POP's probe measured.
     *
     * @return whether that was the way to a server
     */
    boolean take(String pop, LatencyResult latency, long nowMs) {
        if (latency.lagged() || latency.ageMs() > expiryMs) {
            return false;
        }
        long high = Address.high(latency.address());
        long low = Address.low(latency.address());
        boolean server = servers.contains(latency.address());
        int bits = clientLocation.bits(high, low);
        int column = column(pop, nowMs);
        boolean kept = (server ? toServers : clients)
                .add(
                        server ? high : Address.maskHigh(high, low, bits),
                        server ? low : Address.maskLow(high, low, bits),
                        column,
                        server ? latency.shortestMs() : latency.rttMs(),
                        latency.lossPercent(),
                        nowMs - Math.max(0, latency.ageMs()),
                        halfLifeMs,
                        nowMs - expiryMs);
        if (!kept) {
            dropped.increment();
        }
        return server;
    }

    /** Takes what an edge of a POP sees of its own users' connections. */
    void take(String pop, List<ClientRoundTrip> roundTrips, long nowMs) {
        int column = column(pop, nowMs);
        for (ClientRoundTrip client : roundTrips) {
            long high = Address.high(client.prefix());
            long low = Address.low(client.prefix());
            int bits = clientLocation.bits(high, low);
            // Of a longer prefix than clients are told apart by, the shorter one learns; not the other way round.
            if (client.bits() >= bits) {
                passive.take(
                        Address.maskHigh(high, low, bits),
                        Address.maskLow(high, low, bits),
                        column,
                        client.rttMs(),
                        nowMs);
            }
        }
    }

    /**
     * Takes what another name server knows newer.
     *
     * @return whether it was newer
     */
    boolean learn(InetAddress prefix, PopLatency pop, long nowMs) {
        if (pop.ageMs() < 0 || pop.ageMs() > expiryMs) {
            return false;
        }
        long high = Address.high(prefix);
        long low = Address.low(prefix);
        int bits = clientLocation.bits(high, low);
        return clients.learn(
                Address.maskHigh(high, low, bits),
                Address.maskLow(high, low, bits),
                column(pop.pop(), nowMs),
                pop.rttTenths() < 0 ? Double.NaN : pop.rttTenths() / 10.0,
                pop.lossPercent(),
                nowMs - pop.ageMs());
    }

    /** Does a part of what {@link #correct} would soon have to do at once. */
    void prepare(long nowMs) {
        passive.prepare(clients, nowMs);
    }

    /** Corrects what probes measured by what is known of users now. */
    void correct(long nowMs) {
        passive.correct(clients, nowMs);
    }

    /** Makes room for others where what is known has expired. */
    void expire(long nowMs) {
        long since = nowMs - expiryMs;
        if (clients.isWorthCompacting(since)) {
            clients = clients.compact(since, rowsFor(clients.columns()), clients.columns());
        }
        toServers = toServers.compact(since, rowsForServers(), toServers.columns());
        passive.compact(since);
    }

    /** From this topology's POPs to servers. */
    Latencies toServers(Topology topology, long nowMs) {
        return toServers.through(columns(topology, nowMs), expiryMs, Topology.NOWHERE);
    }

    /**
     * From this topology's POPs to clients.
     *
     * @param fromHere by POP, for clients of whom nothing is known
     */
    Latencies toClients(Topology topology, float[] fromHere, long nowMs) {
        return clients.through(columns(topology, nowMs), expiryMs, fromHere);
    }

    private int[] columns(Topology topology, long nowMs) {
        return topology.names().stream().mapToInt(pop -> column(pop, nowMs)).toArray();
    }

    /** What is known of clients now; a table that is left behind is not written to any more. */
    LatencyRows clients() {
        return clients;
    }

    /** The POPs, by column. */
    List<String> pops() {
        return List.of(popOfColumn());
    }

    /** Takes up what a checkpoint holds of one prefix and POP. */
    void restore(long high, long low, String pop, float rttMs, float lossPercent, long ageMs, long nowMs) {
        if (ageMs <= expiryMs) {
            clients.add(high, low, column(pop, nowMs), rttMs, lossPercent, nowMs - ageMs, 1, nowMs - expiryMs);
        }
    }

    /**
     * Hands over what is known of clients and has not expired, as many prefixes as fit.
     *
     * @param from 0, or what an earlier call returned
     * @param bytes what they may take in a datagram
     * @return where the next ones begin; -1 if there are none
     */
    long read(long from, int bytes, List<PrefixLatency> out, long nowMs) {
        return clients.read(from, bytes, popOfColumn(), nowMs, expiryMs, out);
    }

    private String[] popOfColumn() {
        String[] pops = new String[columnOfPop.size()];
        columnOfPop.forEach((pop, column) -> pops[column] = pop);
        return pops;
    }

    /** Client prefixes that were measured; up to an eighth of them may have expired. */
    int prefixes() {
        return clients.rows();
    }

    /** Servers to which the way was measured. */
    int servers() {
        return toServers.rows();
    }

    /** Client prefixes whose own connections tell how far they are. */
    int passivePrefixes() {
        return passive.prefixes();
    }

    /** Measurements that found the table full. */
    long dropped() {
        return dropped.sum();
    }
}
