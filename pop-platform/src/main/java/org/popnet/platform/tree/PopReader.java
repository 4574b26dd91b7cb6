package org.popnet.platform.tree;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads {@code pops} with their nodes. */
final class PopReader {
    private static final List<String> POP_KEYS = List.of("location", "coverage", "nodes");
    private static final List<String> NODE_KEYS =
            List.of("service", "address", "address6", "ports", "capacity", "cost", "key");
    private static final List<String> PORT_KEYS = List.of("dns", "datagram", "http", "https", "fetch", "control");
    /** Words with a meaning of their own in {@code candidates} or in names of the zone. */
    private static final List<String> RESERVED = List.of("pops", "servers");

    private static final ScalarType<Double> LATITUDE = ScalarType.decimal("a latitude from -90 to 90", -90, 90);
    private static final ScalarType<Double> LONGITUDE = ScalarType.decimal("a longitude from -180 to 180", -180, 180);
    static final ScalarType<Double> COST = ScalarType.decimal("a number from 0 to 1000000", 0, 1e6);

    private final Ports networkPorts;
    private final Map<String, Pop> pops = new LinkedHashMap<>();
    private final NodeNames names = new NodeNames();
    private final Listeners listeners = new Listeners();
    private final Map<Cidr, String> covered = new HashMap<>();

    PopReader(Ports networkPorts) {
        this.networkPorts = networkPorts;
    }

    void read(Section section) {
        section.entries().forEach((name, value) -> {
            value.name(name);
            if (RESERVED.contains(name)) {
                value.wrong("a POP named '" + name + "': must have another name; this word means something else");
            }
            value.section(POP_KEYS).ifPresent(s -> pops.put(name, pop(name, s)));
        });
    }

    Map<String, Pop> pops() {
        return pops;
    }

    NodeNames names() {
        return names;
    }

    Listeners listeners() {
        return listeners;
    }

    static Ports ports(Value value, Ports base) {
        return value.section(PORT_KEYS)
                .map(s -> new Ports(
                        s.find("dns", ScalarType.PORT, base.dns()),
                        s.find("datagram", ScalarType.PORT, base.datagram()),
                        s.find("http", ScalarType.PORT, base.http()),
                        s.find("https", ScalarType.PORT, base.https()),
                        s.find("fetch", ScalarType.PORT, base.fetch()),
                        s.find("control", ScalarType.PORT, base.control())))
                .orElse(base);
    }

    private Pop pop(String name, Section s) {
        Map<NodeName, Node> nodes = new LinkedHashMap<>();
        s.mapping("nodes").ifPresent(section -> section.entries()
                .forEach((key, value) -> value.named(key, ScalarType.NODE).ifPresent(node -> {
                    if (!node.pop().equals(name)) {
                        value.wrong("node name '" + key + "': must end with its POP, ." + name);
                    }
                    node(node, value).ifPresent(built -> nodes.put(node, built));
                })));
        return new Pop(name, s.find("location").flatMap(PopReader::location), coverage(name, s), nodes);
    }

    private static Optional<Location> location(Value value) {
        List<Value> pair = value.list("two numbers, [latitude, longitude]");
        if (pair.size() != 2) {
            if (value.isList()) {
                value.wrong("a list of " + pair.size() + ": must be [latitude, longitude]");
            }
            return Optional.empty();
        }
        Optional<Double> latitude = pair.getFirst().as(LATITUDE);
        Optional<Double> longitude = pair.getLast().as(LONGITUDE);
        return latitude.flatMap(lat -> longitude.map(lon -> new Location(lat, lon)));
    }

    private List<Cidr> coverage(String pop, Section s) {
        List<Cidr> prefixes = new ArrayList<>();
        for (Value element : s.find("coverage").map(v -> v.list("prefixes")).orElse(List.of())) {
            element.as(ScalarType.PREFIX).ifPresent(prefix -> {
                String other = covered.putIfAbsent(prefix, pop);
                if (other != null) {
                    element.wrong("'" + element.text() + "' is also covered by POP " + other
                            + ": must belong to one POP, and be named once");
                }
                prefixes.add(prefix);
            });
        }
        return prefixes;
    }

    private Optional<Node> node(NodeName name, Value value) {
        Optional<Section> section = value.section(NODE_KEYS);
        Optional<Service> service = section.flatMap(s -> s.require("service", ScalarType.SERVICE));
        names.add(name, service);
        if (section.isEmpty()) {
            return Optional.empty();
        }
        Section s = section.get();
        Optional<InetAddress> address = s.require("address", ScalarType.ADDRESS);
        Ports ports = s.find("ports").map(v -> ports(v, networkPorts)).orElse(networkPorts);
        Capacity capacity = s.find("capacity", ScalarType.CAPACITY, Capacity.DEFAULT);
        double cost = s.find("cost", COST, 0.0);
        List<NodeKey> keys = s.find("key").map(PopReader::keys).orElse(List.of());
        return service.flatMap(sv -> address.map(a -> {
            Optional<InetAddress> second =
                    s.find("address6").flatMap(v -> offeredOnTwo(v, sv) ? secondAddress(v, a) : Optional.empty());
            Node node = new Node(name, sv, a, second, ports, capacity, cost, keys);
            listeners.add(value, node);
            return node;
        }));
    }

    /** Users reach name servers and edges on two addresses, and probes try them from two; nothing else has use for it. */
    private static boolean offeredOnTwo(Value value, Service service) {
        boolean two = service == Service.DNS || service == Service.EDGE_CACHE || service == Service.PROBE;
        if (!two) {
            value.wrong("a second address of a node of service " + service.key()
                    + ": must be left out; only name servers (dns), edges (edge-cache) and probes (probe) use two");
        }
        return two;
    }

    /** The IPv6 address that stands beside an IPv4 one. */
    static Optional<InetAddress> secondAddress(Value value, InetAddress address) {
        Optional<InetAddress> second = value.as(ScalarType.ADDRESS);
        if (second.isPresent() && !(second.get() instanceof Inet6Address && address instanceof Inet4Address)) {
            value.wrong("'" + value.text() + "' beside address " + address.getHostAddress()
                    + ": must be an IPv6 address beside an IPv4 one");
            return Optional.empty();
        }
        return second;
    }

    private static List<NodeKey> keys(Value value) {
        if (value.isScalar()) {
            return value.as(ScalarType.KEY).map(List::of).orElse(List.of());
        }
        List<NodeKey> keys = List.copyOf(value.listOf(ScalarType.KEY).keySet());
        if (keys.size() > 2) {
            value.wrong("a list of " + keys.size() + " keys: must be 2 at most, the second while one is rotated");
        }
        return keys;
    }
}
