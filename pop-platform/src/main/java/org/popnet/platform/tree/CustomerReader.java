package org.popnet.platform.tree;

import java.net.InetAddress;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.popnet.platform.spool.QueryRecord;

/** Reads {@code customers} with their servers and domains. */
final class CustomerReader {
    static final int DOMAINS_MAX = 100_000;
    private static final List<String> CUSTOMER_KEYS = List.of("servers", "domains", "zones", "keep-logs", "ca");
    private static final List<String> SERVER_KEYS =
            List.of("address", "address6", "port", "tls", "verify", "capacity", "weight", "cost", "load-url");
    private static final List<String> DOMAIN_KEYS =
            List.of("candidates", "origin", "rule", "checks", "tags", "query-log");
    private static final int HTTP_PORT = 80;
    private static final int HTTPS_PORT = 443;
    private static final ScalarType<Integer> QUERY_LOG =
            new ScalarType<>("all, none, or 1/2 to 1/1000000 for a sample", text -> switch (text) {
                case "all" -> 1;
                case "none" -> 0;
                default ->
                    text.startsWith("1/")
                            ? ScalarType.integer(2, QueryRecord.SAMPLED_MAX).parse(text.substring(2))
                            : null;
            });
    private static final ScalarType<Double> WEIGHT =
            ScalarType.decimal("a number greater than 0, 1000000 at most", Double.MIN_VALUE, 1e6);

    static final ScalarType<Duration> KEEP_LOGS = ScalarType.duration("1h", "3660d");

    private final String zone;
    private final Duration keepLogs;
    private final PopReader pops;
    private final RuleReader rules;
    private final CandidatesReader candidates;
    private final ZoneReader zones;
    private final Map<String, Customer> customers = new LinkedHashMap<>();
    private final Map<String, Value> declared = new LinkedHashMap<>();
    private final Map<String, Claim> claims = new LinkedHashMap<>();

    /** Who says first that a domain is his, and where. */
    record Claim(String customer, Value at) {}

    /** @param keepLogs for customers that do not say */
    CustomerReader(String zone, Duration keepLogs, PopReader pops, CandidatesReader candidates, RuleReader rules) {
        this.zone = zone;
        this.keepLogs = keepLogs;
        this.pops = pops;
        this.rules = rules;
        this.candidates = candidates;
        this.zones = new ZoneReader(zone);
    }

    void read(Section section) {
        section.entries().forEach((name, value) -> {
            value.name(name);
            declared.put(name, value);
            value.section(CUSTOMER_KEYS).ifPresent(s -> customers.put(name, customer(name, s)));
        });
        zones.compare(claims);
        if (claims.size() > DOMAINS_MAX) {
            section.value().wrong(claims.size() + " domains: must be " + DOMAINS_MAX + " at most");
        }
    }

    Map<String, Customer> customers() {
        return customers;
    }

    /** Where each customer stands, those with mistakes included. */
    Map<String, Value> declared() {
        return declared;
    }

    private Customer customer(String name, Section s) {
        List<X509Certificate> authorities =
                s.find("ca").map(AuthoritiesReader::read).orElse(List.of());
        Map<String, CustomerServer> servers = new LinkedHashMap<>();
        Map<String, Value> declaredServers =
                s.mapping("servers").map(Section::entries).orElse(Map.of());
        declaredServers.forEach((key, value) -> {
            value.name(key);
            server(name, key, value, authorities).ifPresent(server -> servers.put(key, server));
        });
        Map<String, Section> sections = new LinkedHashMap<>();
        Map<String, Value> declaredDomains =
                s.mapping("domains").map(Section::entries).orElse(Map.of());
        declaredDomains.forEach((key, value) -> {
            value.named(key, ScalarType.HOST).ifPresent(host -> claim(name, host, value));
            value.section(DOMAIN_KEYS).ifPresent(d -> sections.put(key, d));
        });
        Map<String, Domain> domains = new LinkedHashMap<>();
        sections.forEach((key, d) -> domain(name, key, d, sections, !declaredServers.isEmpty())
                .ifPresent(domain -> domains.put(key, domain)));
        Map<String, CustomerZone> ownZones = new LinkedHashMap<>();
        s.mapping("zones").ifPresent(section -> section.entries()
                .forEach((key, value) -> zones.read(name, key, value).ifPresent(zone -> ownZones.put(key, zone))));
        return new Customer(name, servers, domains, ownZones, s.find("keep-logs", KEEP_LOGS, keepLogs));
    }

    private Optional<CustomerServer> server(
            String customer, String name, Value value, List<X509Certificate> authorities) {
        return value.section(SERVER_KEYS).flatMap(s -> {
            Optional<InetAddress> address = s.require("address", ScalarType.ADDRESS);
            Optional<InetAddress> second =
                    address.flatMap(a -> s.find("address6").flatMap(v -> PopReader.secondAddress(v, a)));
            boolean tls = s.find("tls", ScalarType.BOOLEAN, false);
            int port = s.find("port", ScalarType.PORT, tls ? HTTPS_PORT : HTTP_PORT);
            Stream.concat(address.stream(), second.stream())
                    .forEach(a -> pops.listeners().refuseServer(value, a, port));
            boolean verify = s.find("verify", ScalarType.BOOLEAN, true);
            if (!tls) {
                s.find("verify")
                        .ifPresent(v -> v.wrong("'verify' of a server without TLS: must stand beside 'tls: true'"));
            }
            CertificateTerms terms = new CertificateTerms(verify, authorities);
            Capacity capacity = s.find("capacity", ScalarType.CAPACITY, Capacity.DEFAULT);
            double weight = s.find("weight", WEIGHT, 1.0);
            double cost = s.find("cost", PopReader.COST, 0.0);
            Optional<String> loadPath = s.find("load-url", ScalarType.PATH);
            return address.map(a ->
                    new CustomerServer(customer, name, a, second, port, tls, terms, capacity, weight, cost, loadPath));
        });
    }

    private void claim(String customer, String domain, Value value) {
        Claim first = claims.putIfAbsent(domain, new Claim(customer, value));
        if (first != null) {
            value.wrong("domain '" + domain + "' is claimed by " + first.customer() + " in line "
                    + first.at().line() + ": must belong to one customer");
        }
        if (!zone.isEmpty() && (domain.equals(zone) || domain.endsWith("." + zone))) {
            value.wrong("domain '" + domain + "' lies in the network's own zone " + zone + ": must be outside it");
        }
    }

    private Optional<Domain> domain(
            String customer, String name, Section s, Map<String, Section> siblings, boolean hasServers) {
        Optional<Candidates> chosen = s.require("candidates").flatMap(candidates::read);
        if (chosen.isPresent() && !hasServers) {
            s.value()
                    .wrong("domain '" + name + "' of customer " + customer
                            + ", which has no servers: must have at least one under 'servers' to take content from");
        }
        Optional<String> origin = s.find("origin").flatMap(v -> origin(v, siblings));
        SteeringRule rule = s.find("rule").map(this::rule).orElseGet(() -> rules.rules()
                .getOrDefault(SteeringRule.DEFAULT.name(), SteeringRule.DEFAULT));
        Stream.of(rule.downHost(), rule.overflow().flatMap(SteeringRule.Overflow::host))
                .flatMap(Optional::stream)
                .filter(name::equals)
                .forEach(host -> s.value()
                        .wrong("domain '" + name + "', which its rule " + rule.name()
                                + " sends to itself: must have a rule with another cname"));
        boolean overflowsToEdges = rule.overflow()
                .flatMap(SteeringRule.Overflow::candidates)
                .filter(Candidates::hosted)
                .isPresent();
        if (overflowsToEdges && chosen.isPresent() && !chosen.get().hosted()) {
            s.value()
                    .wrong("domain '" + name + "' is not hosted, and its rule " + rule.name()
                            + " overflows to edges: must overflow to servers or a cname, or have POPs among its"
                            + " candidates");
        }
        List<Check> checks = s.find("checks").map(CheckReader::read).orElse(List.of());
        boolean tags = s.find("tags", ScalarType.BOOLEAN, false);
        int queryLog = s.find("query-log", QUERY_LOG, 0);
        return chosen.map(c -> new Domain(name, customer, c, origin, rule, checks, tags, queryLog));
    }

    private static Optional<String> origin(Value value, Map<String, Section> siblings) {
        Optional<String> origin = value.as(ScalarType.HOST);
        origin.ifPresent(host -> {
            Section behind = siblings.get(host);
            if (behind == null) {
                value.wrong("'" + host + "': no such domain; must be a domain of the same customer"
                        + NearMiss.hint(host, siblings.keySet()));
            } else if (behind.find("origin").isPresent()) {
                value.wrong("'" + host + "' has an origin itself: must be a domain without one");
            }
        });
        return origin;
    }

    private SteeringRule rule(Value value) {
        return value.as(ScalarType.LABEL)
                .map(name -> {
                    SteeringRule rule = rules.rules().get(name);
                    if (rule == null) {
                        rules.noSuchRule(value, name);
                    }
                    return rule;
                })
                .orElse(SteeringRule.DEFAULT);
    }
}
