package org.popnet.dns.steering;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.popnet.dns.TestTrees;
import org.popnet.dns.wire.WireName;
import org.popnet.dns.zone.ZoneCompiler;
import org.popnet.dns.zone.ZoneEntry;
import org.popnet.dns.zone.ZoneSnapshot;
import org.popnet.platform.message.TargetId;

class SteeringTest {
    private static final Latencies NOTHING_MEASURED = new Latencies() {
        @Override
        public int row(long high, long low) {
            return ABSENT;
        }

        @Override
        public long read(int row, long nowMs, float[] rttMs, float[] lossPercent) {
            throw new AssertionError();
        }
    };

    private final String text = TestTrees.NETWORK;
    private ZoneSnapshot zone = ZoneCompiler.compile(TestTrees.active(), TestTrees.SELF);
    private TargetStates states = TargetStates.unknown(zone.targets().size());
    private final ClientView client = new ClientView();
    private final Choice choice = new Choice();
    private final ClientLocation location = new ClientLocation(24, 56, 600_000, Geography.UNKNOWN);

    @Test
    void whenNothingIsKnownClientsGoToThePopNextToTheNameServer() {
        assertThat(steer("static.customer1.example", "192.0.2.77")).startsWith("10.0.1.");
        assertThat(client.source()).isEqualTo(ClientView.Source.TOPOLOGY);
    }

    @Test
    void clientsOfACoveredPrefixGoToItsPop() {
        assertThat(steer("static.customer1.example", "203.0.113.9")).isEqualTo("10.0.3.2");
        assertThat(steer("static.customer1.example", "198.51.100.200")).isEqualTo("10.0.2.2");
        assertThat(client.source()).isEqualTo(ClientView.Source.COVERAGE);
    }

    @Test
    void measuredLatencyGoesBeforeCoverage() {
        Latencies eastIsNear = measured(Map.of("westusa", 90f, "eastusa", 10f, "europe", 70f));
        assertThat(steer("static.customer1.example", "203.0.113.9", eastIsNear)).isEqualTo("10.0.2.2");
        assertThat(client.source()).isEqualTo(ClientView.Source.MEASURED);
    }

    @Test
    void popWithoutAMeasurementIsTakenToBeWorseThanTheWorst() {
        Latencies onlyTwo = measured(Map.of("westusa", 90f, "eastusa", 30f));
        assertThat(steer("static.customer1.example", "203.0.113.9", onlyTwo)).isEqualTo("10.0.2.2");
        assertThat(client.latencyMs(zone.topology().indexOf("europe"))).isGreaterThan(90);
    }

    @Test
    void downEdgeLeavesTheAnswersAtOnce() {
        down("node:edge1.europe");
        assertThat(steer("static.customer1.example", "203.0.113.9")).isNotEqualTo("10.0.3.2");
        for (int i = 0; i < 200; i++) {
            down("node:edge1.westusa");
            assertThat(steer("static.customer1.example", "192.0." + i + ".1")).isEqualTo("10.0.1.5");
        }
    }

    @Test
    void whenAllAreDownEverybodyIsAnsweredAsIfAllWereUp() {
        zone.targets().forEach(target -> down(target.id().text()));
        assertThat(steer("static.customer1.example", "203.0.113.9")).isEqualTo("10.0.3.2");
        assertThat(choice.level()).isEqualTo(Choice.Level.DOWN);
    }

    @Test
    void whenAllAreDownTheRuleMayWantTheLastGoodOrNothing() {
        use(text.replace("ttl: 20s, rise", "ttl: 20s, when-all-down: last-good, rise"));
        zone.targets().forEach(target -> down(target.id().text()));
        states.downSinceMs()[zone.indexOf(new TargetId("node:edge1.eastusa"))] = 50_000;
        assertThat(steer("static.customer1.example", "203.0.113.9")).isEqualTo("10.0.2.2");

        use(text.replace("ttl: 20s, rise", "ttl: 20s, when-all-down: none, rise"));
        zone.targets().forEach(target -> down(target.id().text()));
        assertThat(steer("static.customer1.example", "203.0.113.9")).isEqualTo("nothing");
    }

    @Test
    void equalsShareClientsInProportionToSpareCapacity() {
        load("edge1.westusa", 0.5f);
        Map<String, Integer> counts = spread("static.customer1.example", 20_000);
        double share = counts.get("10.0.1.2") / 20_000.0;
        assertThat(share).isCloseTo(1.0 / 3, within(0.015));
    }

    @Test
    void loadedPopGetsFewerClientsAndAnOverloadedOneNone() {
        assertThat(goToEurope()).as("20 ms nearer than any other").isEqualTo(1000L);
        load("edge1.europe", 0.50f);
        assertThat(goToEurope()).as("3 ms for half of its capacity").isGreaterThan(950L);
        load("edge1.europe", 0.80f);
        assertThat(goToEurope()).as("20 ms, more or less by client").isBetween(350L, 750L);
        load("edge1.europe", 0.97f);
        assertThat(goToEurope()).isZero();
        assertThat(steer("single.customer2.example", "203.0.113.9")).isEqualTo("10.0.3.2");
        assertThat(choice.level()).isEqualTo(Choice.Level.OVERLOADED);
    }

    /** Of a thousand clients that are 10 ms from Europe and 30 ms from everywhere else. */
    private long goToEurope() {
        Latencies measured = measured(Map.of("hq", 30f, "westusa", 30f, "eastusa", 30f, "europe", 10f));
        return IntStream.range(0, 1000)
                .filter(i -> steer("static.customer1.example", "11.%d.%d.1".formatted(i >> 8, i & 255), measured)
                        .equals("10.0.3.2"))
                .count();
    }

    @Test
    void overloadedServerTurnsAwayTheShareThatIsTooMuchAndAlwaysTheSameOnes() {
        states.shed()[zone.indexOf(new TargetId("node:edge1.europe"))] = 0.3f;
        Set<String> away = new HashSet<>();
        for (int round = 0; round < 2; round++) {
            for (int client = 0; client < 1000; client++) {
                String prefix = "11.%d.%d".formatted(client >> 8, client & 255);
                steer("single.customer2.example", prefix + ".1");
                boolean turnedAway = choice.level() == Choice.Level.OVERLOADED;
                assertThat(away.contains(prefix)).isEqualTo(round == 1 && turnedAway);
                assertThat(choice.clientMattered()).isTrue();
                if (turnedAway && round == 0) {
                    away.add(prefix);
                }
            }
            assertThat(away).hasSizeBetween(250, 350);
        }
    }

    @Test
    void whomAllTurnAwayGoesToTheOverflowDestination() {
        use(text.replace(
                        "www.customer2.example: {candidates: [pops]}",
                        "www.customer2.example: {candidates: [pops], rule: spare}")
                + "  spare: {overflow: [europe, servers]}\n");
        for (String edge : List.of("edge1.westusa", "edge2.westusa", "edge1.eastusa", "edge1.europe")) {
            load(edge, 0.96f);
        }
        assertThat(steer("www.customer2.example", "203.0.113.9"))
                .as("the customer's server")
                .isEqualTo("10.1.2.1");
        assertThat(choice.level()).isEqualTo(Choice.Level.OVERFLOW);
        load("edge1.europe", 0.5f);
        assertThat(steer("www.customer2.example", "203.0.113.9"))
                .as("a candidate has room")
                .isEqualTo("10.0.3.2");
        assertThat(choice.level()).isEqualTo(Choice.Level.HEALTHY);

        use(text.replace("ttl: 20s, rise", "ttl: 20s, overflow: {cname: big.other.example}, rise"));
        load("edge1.europe", 0.96f);
        assertThat(steer("single.customer2.example", "203.0.113.9")).isEqualTo("nothing");
        assertThat(choice.host()).isEqualTo("big.other.example");
        down("node:edge1.europe");
        assertThat(steer("single.customer2.example", "203.0.113.9"))
                .as("down is not overloaded")
                .isEqualTo("10.0.3.2");
    }

    /** Whoever fetches wants to try them all, whatever is to become of users. */
    @Test
    void originsAreListedBestFirstAlsoWhereAllAreTooBusyOrDown() {
        String elsewhere = "overflow: {cname: big.example}, when-all-down: servfail";
        use(text.replace("ttl: 20s, rise", "ttl: 20s, " + elsewhere + ", rise"));
        server("west", Map.of("westusa", 60f, "eastusa", 90f, "europe", 120f));
        server("east", Map.of("westusa", 50f, "eastusa", 5f, "europe", 90f));
        List<String> targets =
                List.of("server:customer1/east/www.customer1.example", "server:customer1/west/www.customer1.example");
        assertThat(origins("www.customer1.example")).isEqualTo(targets);
        targets.forEach(target -> states.utilisation()[zone.indexOf(new TargetId(target))] = 1);
        assertThat(origins("www.customer1.example")).isEqualTo(targets);
        assertThat(choice.level()).isEqualTo(Choice.Level.OVERLOADED);
        targets.forEach(this::down);
        assertThat(origins("www.customer1.example")).isEqualTo(targets);
        assertThat(choice.level()).isEqualTo(Choice.Level.DOWN);
    }

    /** As seen from the east. */
    private List<String> origins(String name) {
        SteeredDomain domain = domain(name);
        ClientLocation.locatePop(zone.topology().indexOf("eastusa"), zone.topology(), client);
        Steering.choose(domain, domain.origins(), 2, 0, client, moment(), choice, null);
        return IntStream.range(0, choice.count())
                .mapToObj(i -> choice.get(i).id().text())
                .toList();
    }

    @Test
    void whenAllAreDownTheRuleMayWantAnErrorOrAnotherName() {
        use(text.replace("ttl: 20s, rise", "ttl: 20s, when-all-down: servfail, rise"));
        zone.targets().forEach(target -> down(target.id().text()));
        steer("static.customer1.example", "203.0.113.9");
        assertThat(choice.kind()).isEqualTo(Choice.Kind.SERVFAIL);

        use(text.replace("ttl: 20s, rise", "ttl: 20s, when-all-down: {cname: sorry.other.example}, rise"));
        zone.targets().forEach(target -> down(target.id().text()));
        steer("static.customer1.example", "203.0.113.9");
        assertThat(choice.kind()).isEqualTo(Choice.Kind.HOST);
        assertThat(choice.host()).isEqualTo("sorry.other.example");
    }

    @Test
    void candidatesWeighWhatTheListSays() {
        use(text.replace(
                "www.customer2.example: {candidates: [pops]}",
                "www.customer2.example: {candidates: [{edge1.westusa: 3}, westusa]}"));
        SteeredDomain domain = domain("www.customer2.example");
        assertThat(domain.v4()).extracting(CandidateGroup::name).containsExactly("westusa", "edge1.westusa");
        assertThat(domain.v4()[0].members()).as("the other edge only").hasSize(1);
        Map<String, Integer> counts = spread("www.customer2.example", 10_000);
        assertThat(counts.get("10.0.1.2") / 10_000.0).isCloseTo(0.75, within(0.02));
    }

    @Test
    void customersServersCompeteWithPops() {
        use(text.replace(
                "www.customer2.example: {candidates: [pops]}", "www.customer2.example: {candidates: [pops, servers]}"));
        int server = zone.indexOf(new TargetId("server:customer2/west/www.customer2.example"));
        float[] from = new float[zone.topology().pops()];
        Arrays.fill(from, Float.NaN);
        from[zone.topology().indexOf("europe")] = 3;
        states.distanceFromMs()[server] = from;
        for (String edge : List.of("edge1.westusa", "edge2.westusa", "edge1.eastusa", "edge1.europe")) {
            states.responseMs()[zone.indexOf(new TargetId("node:" + edge))] = 60;
        }
        Latencies paris = measured(Map.of("hq", 200f, "westusa", 140f, "eastusa", 80f, "europe", 8f));
        assertThat(steer("www.customer2.example", "192.0.2.1", paris))
                .as("quick server")
                .isEqualTo("10.1.2.1");
        states.responseMs()[server] = 300;
        assertThat(steer("www.customer2.example", "192.0.2.1", paris))
                .as("slow server")
                .isEqualTo("10.0.3.2");
        states.responseMs()[server] = 0;
        float[] loss = new float[from.length];
        loss[zone.topology().indexOf("europe")] = 20;
        states.lossFromPercent()[server] = loss;
        assertThat(steer("www.customer2.example", "192.0.2.1", paris))
                .as("lossy way")
                .isEqualTo("10.0.3.2");
    }

    @Test
    void ofEqualWaysToAServerTheOneByTheNearerProbeCounts() {
        server("west", Map.of("westusa", 40f, "eastusa", 10f));
        Latencies client = measured(Map.of("hq", 900f, "westusa", 10f, "eastusa", 40f, "europe", 90f));
        locate("192.0.2.1", client);
        int target = zone.indexOf(new TargetId("server:customer1/west/www.customer1.example"));
        assertThat(Scoring.nearestVantage(target, this.client, states))
                .isEqualTo(zone.topology().indexOf("eastusa"));
    }

    @Test
    void clientWithASessionStaysAtAnOverloadedServer() {
        server("west", Map.of("westusa", 10f));
        server("east", Map.of("westusa", 20f));
        states.utilisation()[zone.indexOf(new TargetId("server:customer1/west/www.customer1.example"))] = 0.99f;
        long west = Hash.of("server:customer1/west/www.customer1.example");
        assertThat(steer("www.customer1.example", "192.0.2.1", NOTHING_MEASURED, west))
                .isEqualTo("10.1.1.1");
        assertThat(steer("www.customer1.example", "192.0.2.1", NOTHING_MEASURED, 0))
                .isEqualTo("10.1.1.2");
    }

    @Test
    void oneClientGetsTheSameAnswerAgainAndAnotherDomainSpreadsAnew() {
        Map<String, Integer> counts = spread("static.customer1.example", 2000);
        assertThat(counts).containsOnlyKeys("10.0.1.2", "10.0.1.5");
        int differ = 0;
        for (int i = 0; i < 500; i++) {
            String first = steer("static.customer1.example", "192.0." + i % 250 + ".1");
            assertThat(steer("static.customer1.example", "192.0." + i % 250 + ".200"))
                    .isEqualTo(first);
            differ += first.equals(steer("www.customer2.example", "192.0." + i % 250 + ".1")) ? 0 : 1;
        }
        assertThat(differ).isBetween(100, 400);
    }

    @Test
    void customersServerIsChosenByTheSumOfTheClientsAndTheServersDistance() {
        server("west", Map.of("westusa", 10f, "eastusa", 80f, "europe", 140f));
        server("east", Map.of("westusa", 80f, "eastusa", 10f, "europe", 90f));
        Latencies paris = measured(Map.of("westusa", 140f, "eastusa", 80f, "europe", 8f));
        assertThat(steer("www.customer1.example", "192.0.2.1", paris)).isEqualTo("10.1.1.2");
        Latencies california = measured(Map.of("westusa", 8f, "eastusa", 70f, "europe", 140f));
        assertThat(steer("www.customer1.example", "192.0.2.1", california)).isEqualTo("10.1.1.1");
    }

    @Test
    void clientStaysWithItsServerAndLeavesItWhenItIsDown() {
        server("west", Map.of("westusa", 10f));
        server("east", Map.of("westusa", 200f));
        long east = Hash.of("server:customer1/east/www.customer1.example");
        assertThat(steer("www.customer1.example", "192.0.2.1", NOTHING_MEASURED, east))
                .isEqualTo("10.1.1.2");
        assertThat(choice.persisted()).isTrue();
        down("server:customer1/east/www.customer1.example");
        assertThat(steer("www.customer1.example", "192.0.2.1", NOTHING_MEASURED, east))
                .isEqualTo("10.1.1.1");
        assertThat(choice.persisted()).isFalse();
    }

    @Test
    void severalAnswersAreDistinctAndBestFirst() {
        assertThat(steer("two.customer2.example", "192.0.2.1")).startsWith("10.0.1.");
        assertThat(choice.count()).isEqualTo(2);
        assertThat(choice.get(0)).isNotSameAs(choice.get(1));
        down("node:edge1.westusa");
        assertThat(steer("two.customer2.example", "192.0.2.1")).isEqualTo("10.0.1.5");
        assertThat(choice.count()).isEqualTo(2);
        assertThat(choice.get(1).id().text()).isEqualTo("node:edge1.eastusa");
    }

    @Test
    void answerHoldsForEverybodyWhereThereIsNoChoice() {
        steer("single.customer2.example", "192.0.2.1");
        assertThat(choice.clientMattered()).isFalse();
        steer("static.customer1.example", "192.0.2.1");
        assertThat(choice.clientMattered()).isTrue();
    }

    @Test
    void traceNamesEveryTermAndWhatWasRejected() {
        down("node:edge1.eastusa");
        SteeredDomain domain = domain("static.customer1.example");
        locate("192.0.2.1", NOTHING_MEASURED);
        Trace trace = new Trace();
        Steering.choose(domain, domain.v4(), 1, 0, client, moment(), choice, trace);
        assertThat(trace.rejected()).containsExactly(new Trace.Rejected("node:edge1.eastusa", "down"));
        assertThat(trace.rows()).hasSize(2).allSatisfy(row -> {
            assertThat(row.terms())
                    .extracting(Trace.Term::name)
                    .containsExactly("latency", "response", "loss", "load", "cost");
            assertThat(row.terms().stream().mapToDouble(Trace.Term::ms).sum()).isCloseTo(row.score(), within(1e-6));
        });
        assertThat(trace.rows())
                .filteredOn(Trace.Row::chosen)
                .extracting(row -> row.group().name())
                .containsExactly("westusa");
    }

    @Test
    void whatAllClientsShareInAScoreLeavesEachDecisionAsItWouldBeMemberByMember() {
        Random random = new Random(7);
        SteeredDomain domain = domain("static.customer1.example");
        for (int round = 0; round < 300; round++) {
            states = TargetStates.unknown(zone.targets().size());
            for (int i = 0; i < states.down().length; i++) {
                states.down()[i] = random.nextInt(4) == 0;
                states.utilisation()[i] = random.nextInt(3) * 0.1f + random.nextFloat() * 0.9f;
                states.responseMs()[i] = random.nextInt(20);
            }
            for (int answers = 1; answers <= 3; answers++) {
                String client = "11." + random.nextInt(256) + "." + random.nextInt(256) + ".1";
                Latencies latencies = measured(Map.of(
                        "westusa", 1 + 30 * random.nextFloat(),
                        "eastusa", 1 + 30 * random.nextFloat(),
                        "europe", 1 + 30 * random.nextFloat()));
                locate(client, latencies);
                List<Candidate> together = chosen(domain, answers, moment());
                List<Candidate> singly = chosen(domain, answers, memberByMember(moment()));
                assertThat(together).as("round %d, %s", round, client).isEqualTo(singly);
            }
        }
    }

    /** A chance of next to nothing to be turned away changes no decision, but has each member looked at. */
    private static TargetStates memberByMember(TargetStates states) {
        float[] shed = states.shed().clone();
        for (int i = 0; i < shed.length; i++) {
            shed[i] = states.utilisation()[i] < TargetStates.OVERLOADED ? Float.MIN_VALUE : 0;
        }
        return new TargetStates(
                states.down(),
                states.downSinceMs(),
                states.responseMs(),
                states.utilisation(),
                shed,
                states.distanceFromMs(),
                states.lossFromPercent(),
                states.settled());
    }

    private List<Candidate> chosen(SteeredDomain domain, int answers, TargetStates now) {
        Steering.choose(domain, domain.v4(), answers, 0, client, now, choice, null);
        return IntStream.range(0, choice.count()).mapToObj(choice::get).toList();
    }

    private Map<String, Integer> spread(String domain, int clients) {
        Map<String, Integer> counts = new HashMap<>();
        for (int i = 0; i < clients; i++) {
            counts.merge(steer(domain, "11." + (i >> 8) + "." + (i & 255) + ".1"), 1, Integer::sum);
        }
        return counts;
    }

    private void use(String newText) {
        zone = ZoneCompiler.compile(TestTrees.active(2, newText), TestTrees.SELF);
        states = TargetStates.unknown(zone.targets().size());
    }

    /** What is known now: once compiled, it does not change. */
    private TargetStates moment() {
        return new TargetStates(
                states.down(),
                states.downSinceMs(),
                states.responseMs(),
                states.utilisation(),
                states.shed(),
                states.distanceFromMs(),
                states.lossFromPercent(),
                states.settled());
    }

    private void down(String target) {
        states.down()[zone.indexOf(new TargetId(target))] = true;
    }

    private void load(String node, float utilisation) {
        states.utilisation()[zone.indexOf(new TargetId("node:" + node))] = utilisation;
    }

    private void server(String name, Map<String, Float> responses) {
        int target = zone.indexOf(new TargetId("server:customer1/" + name + "/www.customer1.example"));
        float[] from = new float[zone.topology().pops()];
        for (int pop = 0; pop < from.length; pop++) {
            from[pop] = responses.getOrDefault(zone.topology().names().get(pop), Float.NaN);
        }
        states.distanceFromMs()[target] = from;
    }

    private Latencies measured(Map<String, Float> rtts) {
        return new Latencies() {
            @Override
            public int row(long high, long low) {
                return 0;
            }

            @Override
            public long read(int row, long nowMs, float[] rttMs, float[] lossPercent) {
                for (int pop = 0; pop < rttMs.length; pop++) {
                    rttMs[pop] = rtts.getOrDefault(zone.topology().names().get(pop), Float.NaN);
                    lossPercent[pop] = 0;
                }
                return 1000;
            }
        };
    }

    private SteeredDomain domain(String name) {
        return ((ZoneEntry.Steered) zone.find(WireName.of(name))).domain();
    }

    private void locate(String address, Latencies latencies) {
        InetAddress source = InetAddress.ofLiteral(address);
        location.locate(Address.high(source), Address.low(source), zone.topology(), latencies, 0, client);
    }

    private String steer(String name, String address) {
        return steer(name, address, NOTHING_MEASURED);
    }

    private String steer(String name, String address, Latencies latencies) {
        return steer(name, address, latencies, 0);
    }

    private String steer(String name, String address, Latencies latencies, long previous) {
        locate(address, latencies);
        SteeredDomain domain = domain(name);
        Steering.choose(
                domain, domain.v4(), domain.domain().rule().answers(), previous, client, moment(), choice, null);
        if (choice.count() == 0) {
            return "nothing";
        }
        byte[] a = choice.get(0).address();
        return (a[0] & 255) + "." + (a[1] & 255) + "." + (a[2] & 255) + "." + (a[3] & 255);
    }
}
