package org.popnet.dns.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.popnet.dns.TestTrees;
import org.popnet.dns.knowledge.Knowledge;
import org.popnet.dns.knowledge.KnowledgeSettings;
import org.popnet.dns.knowledge.PersistenceTable;
import org.popnet.dns.knowledge.View;
import org.popnet.dns.steering.Address;
import org.popnet.dns.steering.ClientView;
import org.popnet.dns.steering.Hash;
import org.popnet.dns.zone.ZoneCompiler;
import org.popnet.platform.message.Message.ClientRoundTrip;
import org.popnet.platform.message.Message.LatencyResult;
import org.popnet.platform.message.Message.LoadReport;
import org.popnet.platform.message.Message.ProbeReport;
import org.popnet.platform.message.Message.ServiceResult;
import org.popnet.platform.message.TargetId;
import org.popnet.platform.tree.NodeName;
import tools.jackson.databind.json.JsonMapper;

class ExplainerTest {
    private final AtomicLong now = new AtomicLong(10_000_000_000L);
    private final Knowledge knowledge = new Knowledge(KnowledgeSettings.defaults(), now::get);
    private final Explainer explainer = new Explainer(knowledge);

    ExplainerTest() {
        knowledge.activate(ZoneCompiler.compile(TestTrees.active(), TestTrees.SELF));
    }

    @Test
    void answerIsExplainedWithItsSourceItsScoresAndWhatWasRejected() {
        for (String probe : List.of("probe.westusa", "probe.eastusa")) {
            ServiceResult failed = new ServiceResult(new TargetId("node:edge1.eastusa"), false, 1, 0, 0, "no", false);
            knowledge.take(NodeName.of(probe), new ProbeReport(List.of(failed, failed), List.of(), List.of()));
        }
        Explainer.Explanation told =
                explainer.explain("Static.Customer1.example.", InetAddress.ofLiteral("203.0.113.9"), false);
        assertThat(told.latencySource()).isEqualTo("COVERAGE");
        assertThat(told.latencyAgeMs()).isNull();
        assertThat(told.scope()).isEqualTo(24);
        assertThat(told.answer()).containsExactly(new Explainer.Chosen("node:edge1.europe", "10.0.3.2"));
        assertThat(told.rejected()).hasSize(1);
        assertThat(told.distances())
                .extracting(Explainer.PopDistance::pop)
                .containsExactly("westusa", "eastusa", "europe");
        assertThat(told.scores()).hasSize(2);
        String json = JsonMapper.builder().build().writeValueAsString(told);
        assertThat(json).contains("\"name\":\"static.customer1.example\"", "\"chosen\":true", "\"generation\":1");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    [pops]                             | westusa eastusa europe
                    [servers]                          | customer2/west
                    [pops, servers]                    | westusa eastusa europe customer2/west
                    [westusa, {europe: 2}]             | westusa europe
                    [edge1.westusa, {edge1.europe: 3}] | edge1.westusa edge1.europe
                    [{pops: 1}, {servers: 2}]          | westusa eastusa europe customer2/west
                    [westusa, edge1.westusa]           | westusa edge1.westusa
                    [europe]                           | europe
                    """)
    void everyFormOfCandidatesIsScoredGroupByGroup(String candidates, String groups) {
        follow(
                "www.customer2.example: {candidates: [pops]}",
                "www.customer2.example: {candidates: " + candidates + "}");
        Explainer.Explanation told =
                explainer.explain("www.customer2.example", InetAddress.ofLiteral("203.0.113.9"), false);
        assertThat(told.scores()).extracting(Explainer.Score::group).containsExactly(groups.split(" "));
        assertThat(told.rejected()).isEmpty();
        assertThat(told.answer()).hasSize(1);
        assertThat(told.scores()).filteredOn(Explainer.Score::chosen).hasSize(1);
    }

    private void follow(String part, String changed) {
        assertThat(TestTrees.NETWORK).contains(part);
        knowledge.activate(
                ZoneCompiler.compile(TestTrees.active(1, TestTrees.NETWORK.replace(part, changed)), TestTrees.SELF));
    }

    @Test
    void everyTermIsToldWithWhoSaysItAndHowLongAgo() {
        InetAddress client = InetAddress.ofLiteral("192.0.2.9");
        measured("probe.westusa", client, 90, 4000);
        measured("probe.europe", client, 10, 1000);
        checked("node:edge1.europe", "probe.europe", 2.5);
        knowledge.take(
                NodeName.of("edge1.europe"),
                1,
                new LoadReport(0.4, 0, 0, 800, 0, 0, Map.of(), Map.of(), 0, 0, 0, List.of()));
        now.addAndGet(700);
        knowledge.refresh();
        Explainer.Explanation told = explainer.explain("static.customer1.example", client, false);
        assertThat(told.latencySource()).isEqualTo("MEASURED");
        assertThat(told.sources())
                .contains(
                        new Sources.Source("europe", "latency", "measured by the probes of europe", 1700L),
                        new Sources.Source("westusa", "latency", "measured by the probes of westusa", 4700L),
                        new Sources.Source(
                                "eastusa",
                                "latency",
                                "a guess: eastusa has not measured this client, so farther than the farthest that has",
                                null),
                        new Sources.Source("node:edge1.europe", "response", "checks by probe.europe (2.5 ms)", 700L),
                        new Sources.Source(
                                "node:edge1.europe",
                                "load",
                                "its own report: 40.0 % of its capacity, damped for choices",
                                700L),
                        new Sources.Source(
                                "node:edge1.eastusa", "load", "it has not told lately: counts as idle", null));
        assertThat(told.kept()).as("no persistence in this rule").isNull();
    }

    @Test
    void clientThatIsKeptIsToldWhereUntilWhenAndByWhom() {
        InetAddress client = InetAddress.ofLiteral("203.0.113.9");
        checked("server:customer1/west/www.customer1.example", "probe.westusa", 30);
        knowledge.refresh();
        Explainer.Explanation before = explainer.explain("www.customer1.example", client, false);
        assertThat(before.kept()).isNull();
        assertThat(before.sources())
                .extracting(Sources.Source::of, Sources.Source::source)
                .contains(tuple(
                        "customer1/west",
                        "to westusa: the tree: a POP's coverage holds this client, and the distance between POPs;"
                                + " then from westusa to it: measured by the probes there"));
        long east = Hash.of("server:customer1/east/www.customer1.example");
        ClientView where = new ClientView();
        View view = knowledge.view();
        knowledge
                .clientLocation()
                .locate(
                        Address.high(client),
                        Address.low(client),
                        view.zone().topology(),
                        view.latencies(),
                        now.get(),
                        where);
        long domain = Hash.of("www.customer1.example");
        knowledge
                .persistence()
                .record(PersistenceTable.key(where.hash(), domain), east, now.get(), now.get() + 600_000, false);
        now.addAndGet(60_000);
        Explainer.Explanation after = explainer.explain("www.customer1.example", client, false);
        assertThat(after.kept())
                .isEqualTo(new Explainer.Kept(
                        "server:customer1/east/www.customer1.example", 540_000, "this name server", false));
        assertThat(after.persisted()).isTrue();
        assertThat(after.answer()).extracting(Explainer.Chosen::address).containsExactly("10.1.1.2");
    }

    @Test
    void whatWasRejectedSaysWhoSawWhatSinceWhen() {
        for (String probe : List.of("probe.westusa", "probe.eastusa")) {
            ServiceResult failed =
                    new ServiceResult(new TargetId("node:edge1.eastusa"), false, 1, 0, 0, "status 503", false);
            knowledge.take(NodeName.of(probe), new ProbeReport(List.of(failed, failed), List.of(), List.of()));
        }
        checked("node:edge1.eastusa", "probe.europe", 5);
        now.addAndGet(2400);
        knowledge.refresh();
        assertThat(rejected("static.customer1.example", false))
                .containsExactly("node:edge1.eastusa: down for 2.4 s: probe.eastusa saw “status 503” 2.4 s ago;"
                        + " probe.europe sees it up; probe.westusa saw “status 503” 2.4 s ago");
        now.addAndGet(900_000);
        knowledge.refresh();
        assertThat(rejected("static.customer1.example", false))
                .hasSize(1)
                .first()
                .asString()
                .contains("down for 15 min");
    }

    @Test
    void whatWasRejectedSaysWhatItLacks() {
        String text = TestTrees.NETWORK
                .replace("10.0.3.2, capacity", "10.0.3.2, address6: \"2001:db8::3\", capacity")
                .replace(
                        "  www.customer2.example:",
                        "  fresh.customer2.example: {candidates: [pops]}\n      www.customer2.example:");
        told("edge1.westusa", 1);
        knowledge.activate(ZoneCompiler.compile(TestTrees.active(2, text), TestTrees.SELF));
        told("edge1.europe", 2);
        told("edge2.westusa", 2);
        assertThat(rejected("fresh.customer2.example", false))
                .containsExactlyInAnyOrder(
                        "node:edge1.westusa: does not hold this domain yet: it is at generation 1, the domain came with 2",
                        "node:edge1.eastusa: has not said yet that it holds this domain, which came with generation 2");
        assertThat(rejected("fresh.customer2.example", true))
                .containsExactlyInAnyOrder(
                        "node:edge1.westusa: has no IPv6 address in the tree",
                        "node:edge2.westusa: has no IPv6 address in the tree",
                        "node:edge1.eastusa: has no IPv6 address in the tree");
    }

    @Test
    void familyThatIsDownIsExplainedByThoseWhoSawIt() {
        String text = TestTrees.NETWORK
                .replace("10.0.3.2, capacity", "10.0.3.2, address6: \"2001:db8::3\", capacity")
                .replace("10.0.2.2, capacity", "10.0.2.2, address6: \"2001:db8::2\", capacity")
                .replaceAll("(address: 10.0.[123].4)", "$1, address6: \"2001:db8:ff::4\"");
        knowledge.activate(ZoneCompiler.compile(TestTrees.active(2, text), TestTrees.SELF));
        ServiceResult failed =
                new ServiceResult(new TargetId("node:edge1.europe+ipv6"), false, 1, 0, 0, "timeout", false);
        for (String probe : List.of("probe.westusa", "probe.europe")) {
            knowledge.take(NodeName.of(probe), new ProbeReport(List.of(failed, failed), List.of(), List.of()));
        }
        assertThat(rejected("static.customer1.example", true))
                .contains("node:edge1.europe: down for 0.0 s: probe.europe saw “timeout” 0.0 s ago;"
                        + " probe.westusa saw “timeout” 0.0 s ago");
        assertThat(rejected("static.customer1.example", false))
                .as("its IPv4 address is up")
                .isEmpty();
    }

    @Test
    void whatUsersAddToADistanceIsTold() {
        InetAddress client = InetAddress.ofLiteral("192.0.2.9");
        measured("probe.westusa", client, 20, 0);
        measured("probe.eastusa", client, 30, 0);
        for (String edge : List.of("edge1.westusa", "edge1.eastusa")) {
            ClientRoundTrip users = new ClientRoundTrip(client, 32, edge.endsWith("westusa") ? 60 : 50);
            knowledge.take(
                    NodeName.of(edge),
                    1,
                    new LoadReport(0, 0, 0, 0, 0, 0, Map.of(), Map.of(), 0, 0, 0, List.of(users)));
        }
        now.addAndGet(5000);
        knowledge.refresh();
        assertThat(explainer.explain("static.customer1.example", client, false).sources())
                .extracting(Sources.Source::source)
                .contains(
                        "measured by the probes of westusa, and 20 ms more that its edges see on this prefix's own"
                                + " connections than other POPs' do",
                        "measured by the probes of eastusa");
    }

    private void told(String edge, long generation) {
        knowledge.take(
                NodeName.of(edge),
                generation,
                new LoadReport(0, 0, 0, 0, 0, 0, Map.of(), Map.of(), 0, 0, 0, List.of()));
    }

    private List<String> rejected(String name, boolean v6) {
        return explainer.explain(name, InetAddress.ofLiteral("203.0.113.9"), v6).rejected().stream()
                .map(rejected -> rejected.target() + ": " + rejected.reason())
                .toList();
    }

    private void measured(String probe, InetAddress client, double ms, long ageMs) {
        knowledge.take(
                NodeName.of(probe),
                new ProbeReport(List.of(), List.of(new LatencyResult(client, ms, 0, ageMs, 0, false)), List.of()));
    }

    private void checked(String target, String probe, double ms) {
        ServiceResult up = new ServiceResult(new TargetId(target), true, ms, 0, 0, null, false);
        knowledge.take(NodeName.of(probe), new ProbeReport(List.of(up, up, up), List.of(), List.of()));
    }

    @Test
    void namesThatAreNotSteeredAreToldApart() {
        InetAddress client = InetAddress.ofLiteral("203.0.113.9");
        assertThatThrownBy(() -> explainer.explain("www.elsewhere.example", client, false))
                .hasMessageContaining("not in this network's zones");
        assertThatThrownBy(() -> explainer.explain("dns.westusa.pop.example", client, false))
                .hasMessageContaining("not a customer's domain");
        assertThatThrownBy(() -> explainer.explain("nosuch.pop.example", client, false))
                .hasMessageContaining("does not exist in the zone pop.example");
        assertThatThrownBy(() -> explainer.explain("a..b", client, false))
                .hasMessageContaining("not in this network's zones");
    }

    /** As on the wire: an alias is answered with the addresses of what it leads to, also where a wildcard stands for it. */
    @Test
    void aliasIsExplainedAsWhatItLeadsToAndOtherNamesByWhatTheyAre() {
        String records = """
                alias CNAME static
                *.all CNAME alias
                lost CNAME nothing
                lab NS ns.other.example.
                mail A 192.0.2.25
                """;
        String zones = "    zones:\n      customer1.example:\n        records: |\n" + records.indent(10);
        knowledge.activate(ZoneCompiler.compile(
                TestTrees.active(
                        2, TestTrees.NETWORK.replace("  customer2:\n    servers", zones + "  customer2:\n    servers")),
                TestTrees.SELF));
        InetAddress client = InetAddress.ofLiteral("203.0.113.9");
        for (String name : List.of("alias.customer1.example", "any.all.customer1.example")) {
            Explainer.Explanation told = explainer.explain(name, client, false);
            assertThat(told.name()).isEqualTo("static.customer1.example");
            assertThat(told.answer()).containsExactly(new Explainer.Chosen("node:edge1.europe", "10.0.3.2"));
        }
        assertThatThrownBy(() -> explainer.explain("lost.customer1.example", client, false))
                .hasMessage("the name 'nothing.customer1.example', which 'lost.customer1.example' is an alias of, "
                        + "does not exist in the zone customer1.example");
        assertThatThrownBy(() -> explainer.explain("none.customer1.example", client, false))
                .hasMessage("the name 'none.customer1.example' does not exist in the zone customer1.example");
        assertThatThrownBy(() -> explainer.explain("host.lab.customer1.example", client, false))
                .hasMessageContaining("lies in lab.customer1.example, which other name servers answer for");
        assertThatThrownBy(() -> explainer.explain("mail.customer1.example", client, false))
                .hasMessageContaining("not a customer's domain");
    }

    @Test
    void addressesOfIpv6AreShort() {
        follow("10.0.3.2, capacity", "10.0.3.2, address6: \"2001:db8:0:0::3\", capacity");
        Explainer.Explanation told =
                explainer.explain("static.customer1.example", InetAddress.ofLiteral("2001:db8:1:0:0:0:0:9"), true);
        assertThat(told.client()).isEqualTo("2001:db8:1::9");
        assertThat(told.answer()).containsExactly(new Explainer.Chosen("node:edge1.europe", "2001:db8::3"));
    }

    @Test
    void domainWithoutAddressesOfAFamilyHasAnEmptyAnswer() {
        assertThat(explainer
                        .explain("static.customer1.example", InetAddress.ofLiteral("2001:db8:1::1"), true)
                        .answer())
                .isEmpty();
    }
}
