package org.popnet.local.process;

import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.popnet.local.state.Instance;
import org.popnet.platform.tree.NetworkTree;
import org.popnet.platform.tree.Node;

/**
 * A place on the simulated map: users there ask the place's resolver, and everything in it answers each POP after the
 * delay that the distance means.
 *
 * @param name as {@code ./popnet get --from} takes it
 * @param customerServers the name that customers' servers at this place have: {@code west}
 * @param resolver address in the real network
 * @param delaysMs round-trip time by POP
 */
public record Place(String name, String customerServers, String resolver, Map<String, Integer> delaysMs) {
    public static final int RESOLVER_PORT = 5380;

    /** The map of the demo network. */
    public static final List<Place> ALL = List.of(
            new Place("california", "west", "127.0.21.1", Map.of("westusa", 8, "eastusa", 70, "europe", 140)),
            new Place("newyork", "east", "127.0.22.1", Map.of("westusa", 70, "eastusa", 8, "europe", 80)),
            new Place("paris", "europe", "127.0.23.1", Map.of("westusa", 140, "eastusa", 80, "europe", 8)));

    public static Optional<Place> of(String name) {
        return ALL.stream().filter(p -> p.name.equals(name)).findFirst();
    }

    /** Where the customers' servers of that name stand. */
    static Optional<Place> ofCustomerServer(String name) {
        return ALL.stream().filter(p -> p.customerServers.equals(name)).findFirst();
    }

    public InetAddress resolverAddress(Instance instance) {
        return InetAddress.ofLiteral(instance.translate(resolver));
    }

    /** The delays by the prefix that a POP's nodes ask from, {@code prefix=ms,…}: what the simulated machines take. */
    String delays(NetworkTree tree) {
        return tree.pops().values().stream()
                .filter(pop -> delaysMs.containsKey(pop.name()) && !pop.nodes().isEmpty())
                .map(pop -> prefix(pop.nodes().values().iterator().next()) + "=" + delaysMs.get(pop.name()))
                .collect(Collectors.joining(","));
    }

    private static String prefix(Node node) {
        String address = node.address().getHostAddress();
        return address.substring(0, address.lastIndexOf('.')) + ".0/24";
    }
}
