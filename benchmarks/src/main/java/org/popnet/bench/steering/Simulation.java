package org.popnet.bench.steering;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.popnet.dns.knowledge.Knowledge;
import org.popnet.dns.knowledge.KnowledgeSettings;
import org.popnet.dns.steering.Choice;
import org.popnet.dns.steering.ClientView;
import org.popnet.dns.steering.SteeredDomain;
import org.popnet.dns.steering.Steering;
import org.popnet.dns.wire.WireName;
import org.popnet.dns.zone.ZoneCompiler;
import org.popnet.dns.zone.ZoneEntry;
import org.popnet.platform.message.Message.LoadReport;
import org.popnet.platform.message.Message.ProbeReport;
import org.popnet.platform.message.Message.ServiceResult;
import org.popnet.platform.message.TargetId;
import org.popnet.platform.tree.ActiveTree;
import org.popnet.platform.tree.Generation;
import org.popnet.platform.tree.NodeName;

/**
 * A network at work, second by second: resolvers ask again when the TTL is over, the production {@link Steering} answers
 * from what the production {@link Knowledge} makes of load reports and failed checks, the answers become load, and the
 * load comes back with the next reports. Distances are measured with errors; some POPs fail and come back.
 */
final class Simulation {
    private static final int TTL_SECONDS = 20;
    private static final int REQUESTS_PER_RESOLVER_AND_SECOND = 10;
    private static final double MEASUREMENT_NOISE = 0.1;
    /** POPs are built for twice the users who are nearest to them, so that an evening and a neighbour's failure fit. */
    private static final double HEADROOM = 2;

    private static final int ORACLE_EVERY_SECONDS = 20;
    private static final int VANTAGE_POINTS = 3;
    private static final int WARM_UP_SECONDS = 180;
    private static final long CLOCK_START_MS = 40_000_000_000L;

    private final World world;
    private final double[] capacity;
    private final NodeName[] edges;
    private final Knowledge knowledge;
    private final SteeredDomain domain;
    private final Oracle oracle;
    private final int[] answer;
    private final double[] load;
    private final boolean[] down;
    private final ClientView client = new ClientView();
    private final Choice choice = new Choice();
    /** The first so many POPs have failed at some time. */
    private int failing;

    private long nowMs = CLOCK_START_MS;

    /**
     * What came out, over all time after the first minutes.
     *
     * @param meanMs real round-trip time of all requests to living POPs
     * @param oracleMs what the oracle would have reached
     * @param busiestShare how much more of its capacity the busiest POP had in use than the oracle's busiest; the mean
     *     over time
     * @param changesPer10Minutes answers that differed from the last, per client, while no POP failed or came back
     * @param lostShare of the requests, those sent to a POP that had failed
     */
    record Outcome(double meanMs, double oracleMs, double busiestShare, double changesPer10Minutes, double lostShare) {
        double overOracle() {
            return meanMs / oracleMs - 1;
        }
    }

    /** @param rule the text of the default rule in the tree, as in {@code {ttl: 20s}} */
    Simulation(int pops, int resolvers, String rule, long seed) {
        world = new World(
                pops, resolvers, MEASUREMENT_NOISE, REQUESTS_PER_RESOLVER_AND_SECOND * (double) resolvers, seed);
        capacity = capacities();
        edges = IntStream.range(0, pops)
                .mapToObj(i -> NodeName.of("edge.pop" + i))
                .toArray(NodeName[]::new);
        knowledge = new Knowledge(KnowledgeSettings.defaults(), () -> nowMs);
        String text = tree(rule);
        Generation generation = new Generation(1, "0".repeat(40), Generation.sha256(text));
        knowledge.activate(ZoneCompiler.compile(ActiveTree.of(generation, text), NodeName.of("dns.pop0")));
        ZoneEntry entry = knowledge.view().zone().find(WireName.of("www.customer1.example"));
        if (!(entry instanceof ZoneEntry.Steered steered)) {
            throw new IllegalStateException("the domain is not steered");
        }
        domain = steered.domain();
        oracle = new Oracle(world, capacity);
        answer = new int[resolvers];
        Arrays.fill(answer, -1);
        load = new double[pops];
        down = new boolean[pops];
    }

    private double[] capacities() {
        double[] natural = new double[world.pops];
        double total = 0;
        for (int resolver = 0; resolver < world.resolvers; resolver++) {
            int nearest = 0;
            for (int pop = 1; pop < world.pops; pop++) {
                if (world.rttMs(resolver, pop) < world.rttMs(resolver, nearest)) {
                    nearest = pop;
                }
            }
            natural[nearest] += world.demand(resolver);
            total += world.demand(resolver);
        }
        double least = total / world.pops / 4;
        return Arrays.stream(natural)
                .map(n -> Math.ceil(HEADROOM * Math.max(n, least)))
                .toArray();
    }

    private String tree(String rule) {
        StringBuilder text = new StringBuilder();
        String probes =
                IntStream.range(0, world.pops).mapToObj(i -> "probe.pop" + i).collect(Collectors.joining(", "));
        text.append("network: {zone: pop.example, administrators: [admin.hq], ports: {dns: 5300, datagram: 5301,"
                + " http: 8080, https: 8443, fetch: 8081, control: 9443}}\n");
        text.append("push: {masters: [dns.pop0, log.hq], below: {dns.pop0: [")
                .append(probes)
                .append("]}}\n");
        text.append("pops:\n");
        for (int pop = 0; pop < world.pops; pop++) {
            text.append(String.format(
                    Locale.ROOT,
                    "  pop%d:\n    location: [%.2f, %.2f]\n    nodes:\n",
                    pop,
                    world.popLatitude[pop],
                    world.popLongitude[pop]));
            if (pop == 0) {
                text.append("      dns.pop0: {service: dns, address: 127.0.255.1}\n");
            }
            text.append(String.format(
                    Locale.ROOT,
                    "      probe.pop%d: {service: probe, address: 127.0.%d.4}%n"
                            + "      edge.pop%d: {service: edge-cache, address: 127.0.%d.2, capacity: %.0f/s}%n",
                    pop,
                    pop + 1,
                    pop,
                    pop + 1,
                    capacity[pop]));
        }
        // Last, so that the numbers of the other POPs are the world's.
        text.append("  hq:\n    nodes:\n      admin.hq: {service: admin, address: 127.0.0.1, ports: {control: 8095}}\n"
                + "      log.hq: {service: log, address: 127.0.0.1, ports: {control: 8096, datagram: 5140}}\n");
        text.append("log-servers: {log.hq: {manages: [customer1]}}\ncustomers:\n  customer1:\n    servers:\n"
                + "      origin: {address: 127.0.0.9, port: 8080}\n    domains:\n"
                + "      www.customer1.example: {candidates: [pops]}\nrules:\n  default: ");
        return text.append(rule).append('\n').toString();
    }

    /**
     * Plays.
     *
     * @param minutes at least 8; at a half of them a fortieth of the POPs fails, at three quarters they come back
     */
    Outcome play(int minutes) {
        int seconds = minutes * 60;
        Tally tally = new Tally();
        for (int second = 0; second < seconds; second++) {
            nowMs += 1000;
            if (second == seconds / 2) {
                failing = Math.max(1, world.pops / 40);
                Arrays.fill(down, 0, failing, true);
            } else if (second == seconds * 3 / 4) {
                Arrays.fill(down, false);
            }
            report();
            long changes = askAgain(second);
            if (second >= WARM_UP_SECONDS) {
                if (second < seconds / 2) {
                    tally.changes += changes;
                    tally.steadySeconds++;
                }
                if (second % ORACLE_EVERY_SECONDS == 0) {
                    tally(tally);
                }
            }
        }
        return tally.outcome(world.resolvers);
    }

    private void report() {
        long now = nowMs;
        for (int pop = 0; pop < world.pops; pop++) {
            if (!down[pop]) {
                double share = load[pop] / capacity[pop];
                knowledge.take(
                        edges[pop],
                        1,
                        new LoadReport(share, 0.3, 0, load[pop], 0, 2, Map.of(), Map.of(), 0, 0, 0, List.of()));
            }
        }
        List<ServiceResult> results = IntStream.range(0, failing)
                .mapToObj(pop -> new ServiceResult(
                        TargetId.of(edges[pop]), !down[pop], 2, 0, now, down[pop] ? "no answer" : null, false))
                .toList();
        // Those that never fail need no report: what nobody has judged is up.
        for (int pop = failing; pop < failing + VANTAGE_POINTS && !results.isEmpty(); pop++) {
            knowledge.take(NodeName.of("probe.pop" + pop), new ProbeReport(results, List.of(), List.of()));
        }
        knowledge.refresh();
    }

    /** The resolvers whose answer has expired; each has a second of its own. */
    private long askAgain(int second) {
        long changes = 0;
        var view = knowledge.view();
        for (int resolver = second % TTL_SECONDS; resolver < world.resolvers; resolver += TTL_SECONDS) {
            long address = 0xffff_0000_0000L | (long) ((20 << 16) + resolver) << 8;
            knowledge.clientLocation().locate(0, address, view.zone().topology(), world, nowMs, client);
            Steering.choose(domain, domain.v4(), 1, 0, client, view.states(), choice, null);
            int chosen = choice.get(0).address()[2] - 1 & 255;
            int before = answer[resolver];
            changes += before >= 0 && before != chosen ? 1 : 0;
            answer[resolver] = chosen;
        }
        Arrays.fill(load, 0);
        for (int resolver = 0; resolver < world.resolvers; resolver++) {
            if (answer[resolver] >= 0) {
                load[answer[resolver]] += world.demand(resolver, nowMs);
            }
        }
        return changes;
    }

    private void tally(Tally tally) {
        double latency = 0;
        double served = 0;
        double lost = 0;
        for (int resolver = 0; resolver < world.resolvers; resolver++) {
            double demand = world.demand(resolver, nowMs);
            if (down[answer[resolver]]) {
                lost += demand;
            } else {
                served += demand;
                latency += demand * world.rttMs(resolver, answer[resolver]);
            }
        }
        Oracle.Outcome best = oracle.ask(nowMs, down);
        tally.ours += latency / served;
        tally.oracle += best.meanMs();
        tally.busiest += Oracle.busiest(load, capacity, down) / best.busiest();
        tally.lost += lost / (served + lost);
        tally.samples++;
    }

    /** Sums. */
    private static final class Tally {
        private double ours;
        private double oracle;
        private double busiest;
        private double lost;
        private int samples;
        private long changes;
        private long steadySeconds;

        Outcome outcome(int resolvers) {
            return new Outcome(
                    ours / samples,
                    oracle / samples,
                    busiest / samples,
                    (double) changes / resolvers * 600 / steadySeconds,
                    lost / samples);
        }
    }
}
