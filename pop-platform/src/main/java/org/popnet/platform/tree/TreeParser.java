package org.popnet.platform.tree;

import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Turns the text of {@code network.yml} into a {@link NetworkTree}, or says everything that is wrong with it, with file,
 * line, what came and what is allowed. The same parser runs on every node, so all accept exactly the same trees.
 *
 * <p>Sections are read in the order of who refers to whom: POPs, rules, customers, log servers, push.
 */
public final class TreeParser {
    private static final List<String> KEYS =
            List.of("network", "push", "latency-targets", "pops", "log-servers", "customers", "rules");
    private static final List<String> NETWORK_KEYS = List.of(
            "zone", "administrators", "generation-lease", "keep-logs", "ports", "load-measures", "passive-round-trips");
    private static final List<String> LATENCY_KEYS = List.of("port", "private-resolvers");
    private static final ScalarType<Duration> LEASE = ScalarType.duration("1s", "5m");
    private static final Duration LEASE_DEFAULT = Duration.ofSeconds(10);
    private static final int DNS_PORT = 53;

    private final Section root;

    private TreeParser(Section root) {
        this.root = root;
    }

    /**
     * @param file the name to give in problems
     * @throws InvalidTreeException if the text is not a valid tree
     */
    public static NetworkTree parse(String file, String text) {
        Problems problems = new Problems(file);
        Optional<NetworkTree> tree =
                YamlDocument.read(problems, text).section(KEYS).flatMap(root -> new TreeParser(root).tree());
        problems.throwIfAny();
        return tree.orElseThrow();
    }

    private Optional<NetworkTree> tree() {
        Optional<Section> network = root.require("network").flatMap(v -> v.section(NETWORK_KEYS));
        Optional<String> zone = network.flatMap(s -> s.require("zone", ScalarType.HOST));
        Ports ports = network.flatMap(s -> s.find("ports"))
                .map(v -> PopReader.ports(v, Ports.DEFAULT))
                .orElse(Ports.DEFAULT);

        PopReader pops = new PopReader(ports);
        root.mapping("pops").ifPresent(pops::read);

        CandidatesReader candidates = new CandidatesReader(pops);
        RuleReader rules = new RuleReader(candidates);
        root.mapping("rules").ifPresent(rules::read);

        Duration keepLogs = network.map(s -> s.find("keep-logs", CustomerReader.KEEP_LOGS, Customer.KEEP_LOGS))
                .orElse(Customer.KEEP_LOGS);
        CustomerReader customers = new CustomerReader(zone.orElse(""), keepLogs, pops, candidates, rules);
        root.mapping("customers").ifPresent(customers::read);

        LogServerReader logServers = new LogServerReader(pops.names(), customers);
        Map<NodeName, LogServer> logs = logServers.read(root);

        PushHierarchy push = new PushReader(pops.names()).read(root.find("push"));
        List<NodeName> administrators = network.flatMap(s -> s.find("administrators"))
                .map(v -> pops.names().references(v, Set.of(Service.ADMIN)))
                .orElseGet(() -> pops.names().of(EnumSet.of(Service.ADMIN)));
        Duration lease = network.map(s -> s.find("generation-lease", LEASE, LEASE_DEFAULT))
                .orElse(LEASE_DEFAULT);
        LatencyTargets latency = latencyTargets();
        Measures measures = network.map(TreeParser::measures).orElse(Measures.DEFAULT);
        return zone.map(z -> new NetworkTree(
                z,
                administrators,
                lease,
                keepLogs,
                push,
                latency,
                measures,
                pops.pops(),
                logs,
                customers.customers(),
                rules.rules()));
    }

    private static Measures measures(Section network) {
        Optional<Set<LoadMeasure>> load = network.find("load-measures").map(value -> {
            Set<LoadMeasure> named = EnumSet.noneOf(LoadMeasure.class);
            named.addAll(value.listOf(ScalarType.LOAD_MEASURE).keySet());
            return named;
        });
        return new Measures(
                load.orElse(Measures.DEFAULT.load()),
                network.find("passive-round-trips", ScalarType.BOOLEAN, Measures.DEFAULT.passiveRoundTrips()));
    }

    private LatencyTargets latencyTargets() {
        Optional<Section> section = root.find("latency-targets").flatMap(v -> v.section(LATENCY_KEYS));
        int port = section.map(s -> s.find("port", ScalarType.PORT, DNS_PORT)).orElse(DNS_PORT);
        List<Cidr> resolvers = section.flatMap(s -> s.find("private-resolvers"))
                .map(v -> List.copyOf(v.listOf(ScalarType.PREFIX).keySet()))
                .orElse(List.of());
        return new LatencyTargets(port, resolvers);
    }
}
