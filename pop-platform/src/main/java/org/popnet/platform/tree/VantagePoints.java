package org.popnet.platform.tree;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Which probes watch which target: the nearest three, all of them if there are no more. A pure function of the tree, so
 * every probe and name server comes to the same result. Where a place is unknown, and among equals, a hash of both names
 * decides (rendezvous), so that the work spreads and few assignments change when a probe comes or goes. What has an IPv6
 * address beside its IPv4 one is watched there by the nearest of those probes that have one, too.
 */
public final class VantagePoints {
    /** How many watch a target, if there are so many. */
    public static final int ASSIGNED = 3;

    private final List<Place> probes;

    /** A probe and where it stands, if the tree says so. */
    private record Place(NodeName probe, Optional<Location> location) {}

    /** A probe as one target sees it. */
    private record Ranked(NodeName probe, double kilometres, long hash) {}

    public VantagePoints(NetworkTree tree) {
        this(tree, probe -> true);
    }

    private VantagePoints(NetworkTree tree, Predicate<Node> who) {
        this.probes = tree.pops().values().stream()
                .flatMap(pop -> pop.nodes(Service.PROBE)
                        .filter(who)
                        .map(Node::name)
                        .map(name -> new Place(name, pop.location())))
                .toList();
    }

    /** Of those probes alone that have an IPv6 address; nobody watches a second address where there are none. */
    public static VantagePoints overIpv6(NetworkTree tree) {
        return new VantagePoints(tree, Node::hasIpv6);
    }

    /** Whether there is no probe at all. */
    public boolean isEmpty() {
        return probes.isEmpty();
    }

    /**
     * @param machine a node's name, or {@code customer/server}
     * @param location where the target stands, if that is known
     */
    public boolean isAssigned(NodeName probe, String machine, Optional<Location> location) {
        return probes.size() <= ASSIGNED
                ? probes.stream().anyMatch(place -> place.probe.equals(probe))
                : nearest(machine, location, ASSIGNED).contains(probe);
    }

    /**
     * The probes that come first for a target: the first {@value #ASSIGNED} are assigned, those after them stand in.
     *
     * @param machine a node's name, or {@code customer/server}
     * @param location where the target stands, if that is known
     * @param most how many at most
     */
    public List<NodeName> nearest(String machine, Optional<Location> location, int most) {
        return probes.stream()
                .map(place -> new Ranked(place.probe, kilometres(place, location), hash(place.probe + " " + machine)))
                .sorted(Comparator.comparingDouble(Ranked::kilometres).thenComparingLong(Ranked::hash))
                .limit(most)
                .map(Ranked::probe)
                .toList();
    }

    private static double kilometres(Place place, Optional<Location> target) {
        return place.location.isPresent() && target.isPresent()
                ? place.location.get().kilometresTo(target.get())
                : Double.MAX_VALUE;
    }

    /** FNV-1a with a final mix (splitmix64): the same on every machine, unlike {@code hashCode} of future JDKs. */
    private static long hash(String text) {
        long h = 0xcbf29ce484222325L;
        for (int i = 0; i < text.length(); i++) {
            h = (h ^ text.charAt(i)) * 0x100000001b3L;
        }
        h = (h ^ (h >>> 30)) * 0xbf58476d1ce4e5b9L;
        h = (h ^ (h >>> 27)) * 0x94d049bb133111ebL;
        return h ^ (h >>> 31);
    }
}
