package org.popnet.probe.schedule;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.popnet.platform.tree.Location;
import org.popnet.platform.tree.NetworkTree;
import org.popnet.platform.tree.Node;
import org.popnet.platform.tree.NodeName;
import org.popnet.platform.tree.Service;

/**
 * Which probes watch which target: the nearest three, all of them if there are no more. A pure function of the tree, so
 * every probe and name server comes to the same result. Where a place is unknown, and among equals, a hash of both names
 * decides (rendezvous), so that the work spreads and few assignments change when a probe comes or goes.
 */
public final class VantagePoints {
    private static final int ASSIGNED = 3;

    private final List<Place> probes;

    /** A probe and where it stands, if the tree says so. */
    private record Place(NodeName probe, Optional<Location> location) {}

    public VantagePoints(NetworkTree tree) {
        this.probes = tree.pops().values().stream()
                .flatMap(pop -> pop.nodes(Service.PROBE).map(Node::name).map(name -> new Place(name, pop.location())))
                .toList();
    }

    /**
     * @param target whose text is the same everywhere
     * @param location where the target stands, if that is known
     */
    public boolean isAssigned(NodeName probe, Object target, Optional<Location> location) {
        if (probes.size() <= ASSIGNED) {
            return probes.stream().anyMatch(place -> place.probe.equals(probe));
        }
        return probes.stream()
                .sorted(Comparator.comparingDouble((Place place) -> kilometres(place, location))
                        .thenComparingLong(place -> hash(place.probe + " " + target)))
                .limit(ASSIGNED)
                .anyMatch(place -> place.probe.equals(probe));
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
