package org.popnet.dns.steering;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.popnet.platform.tree.Cidr;
import org.popnet.platform.tree.Location;
import org.popnet.platform.tree.NetworkTree;
import org.popnet.platform.tree.Node;
import org.popnet.platform.tree.NodeName;
import org.popnet.platform.tree.Pop;
import org.popnet.platform.tree.Service;

/**
 * Where POPs are: what stands in for latencies when nothing was measured. Distances become milliseconds (light in fibre
 * takes 1 ms there and back per 100 km, and cables make detours); POPs without a location follow in the tree's order.
 */
public final class Topology {
    /** Distances from a place that is not known. */
    public static final float[] NOWHERE = {};

    private static final double MS_PER_KM = 1.5 / 100;
    private static final float UNPLACED_MS = 100;
    private static final float UNPLACED_STEP_MS = 1;

    private final List<String> names;
    private final List<Optional<Location>> places;
    private final Map<String, Integer> index = new HashMap<>();
    private final float[][] estimateMs;
    private final PrefixMap coverage;
    private final PrefixMap nodes;
    private final boolean[] probed;
    private final int self;
    private final Optional<InetAddress> selfAddress;

    /** @param self the name server that this is; its POP is where unknown clients are taken to be */
    public Topology(NetworkTree tree, NodeName self) {
        List<Pop> pops = List.copyOf(tree.pops().values());
        names = pops.stream().map(Pop::name).toList();
        places = pops.stream().map(Pop::location).toList();
        estimateMs = new float[pops.size()][pops.size()];
        probed = new boolean[pops.size()];
        Map<Cidr, Integer> covered = new HashMap<>();
        Map<Cidr, Integer> members = new HashMap<>();
        for (int i = 0; i < pops.size(); i++) {
            Pop pop = pops.get(i);
            int number = i;
            index.put(pop.name(), number);
            probed[i] = pop.nodes().values().stream().anyMatch(node -> node.service() == Service.PROBE);
            pop.coverage().forEach(prefix -> covered.put(prefix, number));
            pop.nodes().values().forEach(node -> {
                for (InetAddress address : node.addresses()) {
                    members.put(new Cidr(address, address.getAddress().length * 8), number);
                }
            });
            for (int j = 0; j < pops.size(); j++) {
                estimateMs[i][j] = estimate(pop, pops.get(j), j);
            }
        }
        coverage = new PrefixMap(covered);
        nodes = new PrefixMap(members);
        this.self = Math.max(0, index.getOrDefault(self.pop(), 0));
        this.selfAddress = tree.node(self).map(Node::address);
    }

    private static float estimate(Pop from, Pop to, int position) {
        if (from.name().equals(to.name())) {
            return 0;
        }
        return estimate(from.location(), to.location(), position);
    }

    private static float estimate(Optional<Location> from, Optional<Location> to, int position) {
        return from.isPresent() && to.isPresent()
                ? (float) (from.get().kilometresTo(to.get()) * MS_PER_KM)
                : UNPLACED_MS + position * UNPLACED_STEP_MS;
    }

    /** Estimated round-trip times from a place to all POPs, in milliseconds; {@link #NOWHERE} if no POP has a place. */
    public float[] estimatesFrom(Location place) {
        if (places.stream().allMatch(Optional::isEmpty)) {
            return NOWHERE;
        }
        float[] estimates = new float[places.size()];
        for (int i = 0; i < estimates.length; i++) {
            estimates[i] = estimate(Optional.of(place), places.get(i), i);
        }
        return estimates;
    }

    public int pops() {
        return names.size();
    }

    public List<String> names() {
        return names;
    }

    /** The POP's index, or {@link PrefixMap#NONE}. */
    public int indexOf(String pop) {
        return index.getOrDefault(pop, PrefixMap.NONE);
    }

    /** Whether the POP has a probe, so that distances from there get measured. */
    public boolean probed(int pop) {
        return probed[pop];
    }

    /** Estimated round-trip times from a POP to all, in milliseconds; not to be changed. */
    float[] estimatesFrom(int pop) {
        return estimateMs[pop];
    }

    /** Estimated round-trip time between two POPs. */
    public float estimateMs(int from, int to) {
        return estimateMs[from][to];
    }

    /** The POP whose coverage holds this prefix, longest match, or {@link PrefixMap#NONE}. */
    int covering(long high, long low, int bits) {
        return coverage.find(high, low, bits);
    }

    /** The POP of the node with this address, or {@link PrefixMap#NONE} if no node has it. */
    public int popOfNode(long high, long low) {
        return nodes.find(high, low, 128);
    }

    int self() {
        return self;
    }

    /** Where probes measure this name server; empty if it is not in the tree. */
    public Optional<InetAddress> selfAddress() {
        return selfAddress;
    }
}
