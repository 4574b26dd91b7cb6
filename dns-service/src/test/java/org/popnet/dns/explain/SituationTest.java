package org.popnet.dns.explain;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.popnet.dns.TestTrees;
import org.popnet.dns.knowledge.Knowledge;
import org.popnet.dns.knowledge.KnowledgeSettings;
import org.popnet.dns.zone.ZoneCompiler;
import org.popnet.platform.message.Message.LoadReport;
import org.popnet.platform.message.Message.ProbeReport;
import org.popnet.platform.message.Message.ServiceResult;
import org.popnet.platform.message.TargetId;
import org.popnet.platform.tree.NodeName;

/** What is told where scores are not what decides. */
class SituationTest {
    private static final String SINGLE = "single.customer2.example";
    private static final InetAddress CLIENT = InetAddress.ofLiteral("203.0.113.9");

    private final AtomicLong now = new AtomicLong(10_000_000_000L);
    private final Knowledge knowledge = new Knowledge(KnowledgeSettings.defaults(), now::get);
    private final Explainer explainer = new Explainer(knowledge);
    private long generation;

    @Test
    void whereScoresDecideThereIsNothingToSay() {
        follow("");
        Explainer.Explanation told = explain();
        assertThat(told.situation()).isNull();
        assertThat(told.rcode()).isEqualTo("NOERROR");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    all                    | 1 |               | NOERROR  | answers as if all were up
                    last-good              | 1 |               | NOERROR  | answers with those that went down last
                    none                   | 0 |               | NOERROR  | gives no address
                    servfail               | 0 |               | SERVFAIL | gives an error
                    {cname: sorry.example} | 0 | sorry.example | NOERROR  | sends clients elsewhere
                    """)
    void whatTheRuleSaysWhenAllAreDownIsTold(
            String behaviour, int answers, @Nullable String elsewhere, String rcode, String words) {
        follow("when-all-down: " + behaviour);
        fail("edge1.europe");
        Explainer.Explanation told = explain();
        assertThat(told.level()).isEqualTo("DOWN");
        assertThat(told.situation())
                .startsWith("all candidates are down: the rule 'tested' (when-all-down: " + behaviour + ") " + words);
        assertThat(told.rcode()).isEqualTo(rcode);
        assertThat(told.answer()).hasSize(answers);
        assertThat(told.host()).isEqualTo(elsewhere);
        String sawIt = "down for 0.0 s: probe.eastusa saw “refused” 0.0 s ago; probe.westusa saw “refused” 0.0 s ago";
        if (answers == 0) {
            assertThat(rejected(told)).containsExactly("node:edge1.europe: " + sawIt);
        } else {
            assertThat(told.rejected()).isEmpty();
            assertThat(told.sources()).contains(new Sources.Source("node:edge1.europe", "health", sawIt, null));
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    none                 | OVERLOADED | 10.0.3.2 |             | has no overflow: it stays
                    {cname: big.example} | OVERFLOW   |          | big.example | sends it elsewhere
                    [eastusa, westusa]   | OVERFLOW   | 10.0.2.2 |             | has others answer
                    """)
    void whereTheRuleSendsWhomAllTurnAwayIsTold(
            String overflow, String level, @Nullable String address, @Nullable String elsewhere, String words) {
        follow("overflow: " + overflow);
        load("edge1.europe", 9);
        Explainer.Explanation told = explain();
        assertThat(told.level()).isEqualTo(level);
        assertThat(told.situation())
                .startsWith("every candidate that is up turns this client away")
                .contains("the rule 'tested'")
                .endsWith(words);
        assertThat(told.host()).isEqualTo(elsewhere);
        assertThat(told.answer())
                .extracting(Explainer.Chosen::address)
                .containsExactly(address == null ? new String[0] : new String[] {address});
        String busy = "node:edge1.europe: overloaded: turns away 90 % of the clients, this one among them;"
                + " its own report: 900.0 % of its capacity, 0.0 s ago";
        assertThat(rejected(told)).containsExactly(level.equals("OVERFLOW") ? new String[] {busy} : new String[0]);
    }

    @Test
    void overflowThatHasNoRoomEitherIsTold() {
        follow("overflow: [eastusa, edge1.westusa, europe]");
        load("edge1.europe", 9);
        load("edge1.westusa", 9);
        fail("edge1.eastusa");
        Explainer.Explanation told = explain();
        assertThat(told.level()).isEqualTo("OVERLOADED");
        assertThat(told.situation())
                .isEqualTo(
                        "every candidate that is up turns this client away, and nobody that the rule 'tested' has for"
                                + " overflow has room: it stays");
        assertThat(told.answer()).extracting(Explainer.Chosen::address).containsExactly("10.0.3.2");
        assertThat(told.rejected())
                .extracting(out -> out.target() + " " + out.reason().split(" ")[0])
                .as("a candidate that overflow names too is not turned down")
                .containsExactlyInAnyOrder("node:edge1.eastusa down", "node:edge1.westusa overloaded:");
    }

    /** Nothing is down there, and what the rule says of that has no say. */
    @ParameterizedTest
    @ValueSource(strings = {"all", "last-good", "none", "servfail", "{cname: sorry.example}"})
    void candidatesThatAllLackTheFamilyAreNotSaidToBeDown(String behaviour) {
        follow("when-all-down: " + behaviour + ", persistence: 10m");
        Explainer.Explanation told = explainer.explain(SINGLE, CLIENT, true);
        assertThat(told.level()).isEqualTo("NONE");
        assertThat(told.rcode()).isEqualTo("NOERROR");
        assertThat(told.answer()).isEmpty();
        assertThat(told.host()).isNull();
        assertThat(told.scope()).isZero();
        assertThat(told.situation())
                .isEqualTo(
                        "no candidate has an IPv6 address: the answer is empty (NODATA); users are sent to one by IPv6"
                                + " once it has such an address in network.yml (address6)");
        assertThat(rejected(told)).containsExactly("node:edge1.europe: has no IPv6 address in the tree");
    }

    @Test
    void candidatesOfIpv6AloneAreToldToThoseWhoAskForIpv4() {
        follow("", "", "address: 10.0.3.2", "address: \"2001:db8::3\"");
        Explainer.Explanation told = explain();
        assertThat(told.level()).isEqualTo("NONE");
        assertThat(told.situation())
                .isEqualTo(
                        "no candidate has an IPv4 address: the answer is empty (NODATA); users are sent to one by IPv4"
                                + " once it has such an address in network.yml (address, and its IPv6 address as address6)");
        assertThat(rejected(told)).containsExactly("node:edge1.europe: has no IPv4 address in the tree");
    }

    @ParameterizedTest
    @ValueSource(strings = {"all", "none", "{cname: sorry.example}"})
    void candidatesThatDoNotHoldTheDomainYetAreNotSaidToBeDown(String behaviour) {
        String setting = "when-all-down: " + behaviour;
        follow(setting);
        told("edge1.europe", 1);
        follow(setting, "fresh.customer2.example: {candidates: [europe], rule: tested}\n      ");
        Explainer.Explanation fresh = explainer.explain("fresh.customer2.example", CLIENT, false);
        assertThat(fresh.level()).isEqualTo("NONE");
        assertThat(fresh.rcode()).isEqualTo("SERVFAIL");
        assertThat(fresh.answer()).isEmpty();
        assertThat(fresh.host()).isNull();
        assertThat(fresh.situation())
                .isEqualTo("no edge holds this domain yet: an error (SERVFAIL), so that whoever asks again is served;"
                        + " edges take up a new tree within seconds, and the log of one that does not says why");
        assertThat(rejected(fresh))
                .containsExactly("node:edge1.europe: does not hold this domain yet: it is at generation 1, the domain"
                        + " came with 2");
    }

    @Test
    void whoOfAllIsDownIsToldWhereOthersLackTheFamilyOrTheDomain() {
        String second = "address: 10.0.3.2, address6: \"2001:db8::3\"";
        String fresh = "fresh.customer2.example: {candidates: [pops], rule: tested}\n      ";
        follow("when-all-down: none", "", "address: 10.0.3.2", second);
        told("edge1.westusa", 1);
        follow("when-all-down: none", fresh, "address: 10.0.3.2", second);
        told("edge1.europe", 2);
        fail("edge1.europe");
        assertThat(explainer.explain("fresh.customer2.example", CLIENT, false).situation())
                .startsWith("all candidates that hold this domain are down: ");
        assertThat(explainer.explain("fresh.customer2.example", CLIENT, true).situation())
                .startsWith("all candidates with an IPv6 address are down: ");
        assertThat(explain().situation()).startsWith("all candidates are down: ");
        told("edge1.europe", 1);
        Explainer.Explanation nobody = explainer.explain("fresh.customer2.example", CLIENT, true);
        assertThat(nobody.level()).isEqualTo("NONE");
        assertThat(nobody.situation())
                .startsWith("no edge with an IPv6 address holds this domain yet: an error (SERVFAIL)");
    }

    @Test
    void overflowThatHasNobodyOfTheFamilyIsTold() {
        follow("overflow: [eastusa]", "", "address: 10.0.3.2", "address: 10.0.3.2, address6: \"2001:db8::3\"");
        load("edge1.europe", 9);
        Explainer.Explanation told = explainer.explain(SINGLE, CLIENT, true);
        assertThat(told.level()).isEqualTo("OVERLOADED");
        assertThat(told.situation())
                .endsWith(", and nobody that the rule 'tested' has for overflow has an IPv6 address: it stays");
        assertThat(explain().level()).isEqualTo("OVERFLOW");
    }

    private Explainer.Explanation explain() {
        return explainer.explain(SINGLE, CLIENT, false);
    }

    /** @param setting of the domain's rule */
    private void follow(String setting) {
        follow(setting, "");
    }

    /** @param domain a line beside the domain's */
    private void follow(String setting, String domain) {
        follow(setting, domain, "", "");
    }

    /** @param part of the tree that is changed */
    private void follow(String setting, String domain, String part, String changed) {
        generation++;
        String line = SINGLE + ": {candidates: [edge1.europe]";
        assertThat(TestTrees.NETWORK).contains(line);
        String text = TestTrees.NETWORK
                        .replace(line, domain + line + ", rule: tested")
                        .replace(part, changed) + "  tested: {" + setting + "}\n";
        knowledge.activate(ZoneCompiler.compile(TestTrees.active(generation, text), TestTrees.SELF));
    }

    private void fail(String edge) {
        ServiceResult failed = new ServiceResult(new TargetId("node:" + edge), false, 1, 0, 0, "refused", false);
        for (String probe : List.of("probe.westusa", "probe.eastusa")) {
            knowledge.take(NodeName.of(probe), new ProbeReport(List.of(failed, failed), List.of(), List.of()));
        }
        knowledge.refresh();
    }

    /** @param used so many times its capacity */
    private void load(String edge, double used) {
        knowledge.take(
                NodeName.of(edge),
                generation,
                new LoadReport(0, 0, 0, used * 2000, 0, 0, Map.of(), Map.of(), 0, 0, 0, List.of()));
        knowledge.refresh();
    }

    private void told(String edge, long held) {
        knowledge.take(
                NodeName.of(edge), held, new LoadReport(0, 0, 0, 0, 0, 0, Map.of(), Map.of(), 0, 0, 0, List.of()));
        knowledge.refresh();
    }

    private static List<String> rejected(Explainer.Explanation told) {
        return told.rejected().stream()
                .map(out -> out.target() + ": " + out.reason())
                .toList();
    }
}
