package org.popnet.scenario.walk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.popnet.scenario.walk.NameServers.everywhere;
import static org.popnet.scenario.walk.SteeredNetwork.CLIENTS;
import static org.popnet.scenario.walk.SteeredNetwork.addresses;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.popnet.local.LocalNetwork;
import org.xbill.DNS.Message;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/**
 * Candidates that are all down or all too busy, on running processes: what each rule makes of it at both name servers, and
 * what they say of it. Each story leaves the network as it found it.
 */
@Tag("process")
@Tag("slow")
@ExtendWith(SteeredNetwork.Shared.class)
class NobodyFitTest {
    private static final List<String> EUROPE = List.of("edge1.europe", "edge2.europe");
    private static final String ASIA = "127.103.4.2";
    /** Longer than the difference within which servers count as down at the same time. */
    private static final long APART_MS = 2500;

    private LocalNetwork network;
    private SteeredNetwork steered;
    private NameServers nameServers;

    @BeforeEach
    void whole(SteeredNetwork shared) {
        steered = shared;
        network = shared.network;
        nameServers = new NameServers(shared.network);
        shared.awaitWhole();
    }

    @Test
    void whenAllEdgesOfADomainAreDownItsRuleDecides() throws Exception {
        network.kill("edge1.europe");
        try {
            String first = "node:edge1.europe";
            everywhere(nameServer -> {
                assertThat(nameServers.target(nameServer, first).path("state").asString())
                        .isEqualTo("DOWN");
                assertThat(nameServers
                                .target(nameServer, first)
                                .path("stateForMs")
                                .asLong())
                        .isGreaterThan(APART_MS);
                assertThat(nameServers.addresses(nameServer, "one.shop.example", CLIENTS.getFirst()))
                        .as("one is left")
                        .isEqualTo(addresses("3.5"));
            });
            Told left = nameServers.explain("dns.westusa", "one.shop.example", CLIENTS.getFirst());
            assertThat(left.fact("situation")).isEmpty();
            assertThat(left.rejected()).hasSize(1).first().asString().contains(first, "down for", "refused");

            network.kill("edge2.europe");
            everywhere(nameServer -> assertThat(nameServers
                            .target(nameServer, "node:edge2.europe")
                            .path("state")
                            .asString())
                    .isEqualTo("DOWN"));
            everywhere(nameServer -> {
                allDown(nameServer, "all", Rcode.NOERROR, "3.2 3.5", "(when-all-down: all) answers as if all were up");
                allDown(nameServer, "last", Rcode.NOERROR, "3.5", "(when-all-down: last-good) answers with those");
                allDown(nameServer, "none", Rcode.NOERROR, "", "(when-all-down: none) gives no address");
                allDown(nameServer, "error", Rcode.SERVFAIL, "", "(when-all-down: servfail) gives an error");
                allDown(
                        nameServer,
                        "sorry",
                        Rcode.NOERROR,
                        "",
                        "(when-all-down: {cname: sorry.example}) sends clients");
                assertThat(nameServers.alias(nameServer, "sorry.shop.example", CLIENTS.getFirst()))
                        .isEqualTo("sorry.example");
                assertThat(given(nameServer, "pops.shop.example"))
                        .as("others are up")
                        .isEqualTo(addresses("1.2 4.2"));
            });
        } finally {
            for (String edge : EUROPE) {
                network.start(edge);
            }
        }
        everywhere(
                nameServer -> assertThat(given(nameServer, "one.shop.example")).isEqualTo(addresses("3.2 3.5")));
    }

    private void allDown(String nameServer, String rule, int rcode, String servers, String words) throws IOException {
        String domain = rule + ".shop.example";
        Message answer = nameServers.ask(nameServer, domain, CLIENTS.getFirst());
        assertThat(answer.getRcode()).as(domain).isEqualTo(rcode);
        assertThat(nameServers.addresses(nameServer, domain, CLIENTS.getFirst()))
                .as(domain)
                .isEqualTo(addresses(servers));
        Told told = nameServers.explain(nameServer, domain, CLIENTS.getFirst());
        assertThat(told.fact("level")).isEqualTo("DOWN");
        assertThat(told.fact("situation"))
                .startsWith("all candidates are down: the rule ")
                .contains(words);
        assertThat(told.fact("rcode")).isEqualTo(Rcode.string(rcode));
        assertThat(told.answer()).isEqualTo(addresses(servers));
        // Whether it answers or not, each is told with who saw it fail.
        assertThat(told.downAndAnswering()).hasSameSizeAs(addresses(servers));
        assertThat(Stream.concat(told.downAndAnswering().stream(), told.rejected().stream()))
                .hasSameSizeAs(EUROPE)
                .allSatisfy(line -> assertThat(line).contains("down for", "refused"));
    }

    @Test
    void whenACustomersServersAreDownItsPopsGoOn() throws Exception {
        steered.one.stop();
        try {
            everywhere(nameServer ->
                    assertThat(given(nameServer, "servers.shop.example")).isEqualTo(addresses("11.2")));
            steered.two.stop();
            everywhere(nameServer -> {
                Message answer = nameServers.ask(nameServer, "servers.shop.example", CLIENTS.getFirst());
                assertThat(answer.getRcode()).isEqualTo(Rcode.NOERROR);
                assertThat(answer.getSection(Section.ANSWER)).isEmpty();
                assertThat(answer.getSection(Section.AUTHORITY))
                        .extracting(Record::getType)
                        .containsExactly(Type.SOA);
                assertThat(given(nameServer, "both.shop.example")).isEqualTo(addresses("1.2 3.2 3.5 4.2"));
            });
        } finally {
            steered.one.start();
            steered.two.start();
        }
    }

    /** Users of one edge who are too many for it, by HTTP. */
    @Test
    void whenAnEdgeIsOverloadedTheRuleSaysWhereItsUsersGo() throws Exception {
        Rush rush = new Rush(ASIA, network.node("edge1.asia").ports().http(), "stay.shop.example");
        try {
            everywhere(nameServer -> assertThat(nameServers
                            .target(nameServer, "node:edge1.asia")
                            .path("turnsAway")
                            .asDouble())
                    .isGreaterThan(0.4));
            everywhere(nameServer -> {
                assertThat(given(nameServer, "stay.shop.example"))
                        .as("no overflow")
                        .isEqualTo(addresses("4.2"));
                assertThat(given(nameServer, "to-pop.shop.example"))
                        .contains("127.103.1.2")
                        .isSubsetOf(addresses("1.2 4.2"));
                assertThat(given(nameServer, "to-servers.shop.example"))
                        .containsAll(addresses("11.1 11.2"))
                        .isSubsetOf(addresses("4.2 11.1 11.2"));
                overflow(
                        nameServer,
                        "to-host.shop.example",
                        "rule 'to-host' (overflow: {cname: big.example})",
                        "big.example");
                overflow(nameServer, "to-pop.shop.example", "rule 'to-pop' (overflow) has others answer", "");
                overflow(nameServer, "to-servers.shop.example", "rule 'to-servers' (overflow) has others answer", "");
                assertThat(first(nameServer, "stay.shop.example", "OVERLOADED").fact("situation"))
                        .endsWith("the rule 'even' has no overflow: it stays");
            });
        } finally {
            rush.close();
            network.kill(
                    "edge1.asia"); // what it turned away is forgotten with its load, and not before minutes otherwise
            everywhere(nameServer -> assertThat(nameServers
                            .target(nameServer, "node:edge1.asia")
                            .path("load")
                            .isNull())
                    .isTrue());
            network.start("edge1.asia");
        }
    }

    /** What a customer's server tells a probe of itself. */
    @Test
    void whenACustomersServerSaysItIsOverloadedItsUsersGoElsewhere() throws Exception {
        everywhere(
                nameServer -> assertThat(given(nameServer, "www.lone.example")).isEqualTo(addresses("12.1")));

        steered.lone.tell(50); // of the ten that the tree says it takes
        try {
            everywhere(nameServer -> {
                Told told = first(nameServer, "www.lone.example", "OVERFLOW");
                assertThat(told.fact("host")).isEqualTo("big.example");
                assertThat(told.rejected())
                        .hasSize(1)
                        .first()
                        .asString()
                        .contains("overloaded", "500.0 % of its capacity");
                assertThat(nameServers.alias(nameServer, "www.lone.example", told.fact("client")))
                        .isEqualTo("big.example");
            });
        } finally {
            steered.lone.tell(0);
            steered.lone.stop();
            everywhere(nameServer -> assertThat(nameServers
                            .target(nameServer, "server:lone/one/www.lone.example")
                            .path("load")
                            .isNull())
                    .isTrue());
            steered.lone.start();
        }
    }

    /** The story of one whom the overloaded edge turns away: the answer is what is told, and so is who was left out. */
    private void overflow(String nameServer, String domain, String words, String host) throws IOException {
        Told told = first(nameServer, domain, "OVERFLOW");
        assertThat(told.fact("situation"))
                .startsWith("every candidate that is up turns")
                .contains(words);
        assertThat(told.fact("host")).isEqualTo(host);
        assertThat(told.rejected()).anySatisfy(line -> assertThat(line)
                .contains("node:edge1.asia: overloaded: turns away", "this one among them; its own report: "));
        assertThat(nameServers.alias(nameServer, domain, told.fact("client"))).isEqualTo(host);
    }

    /** What is told of the first client that is answered at this level; some are. */
    private Told first(String nameServer, String domain, String level) {
        return CLIENTS.stream()
                .map(client -> nameServers.explain(nameServer, domain, client))
                .filter(told -> told.fact("level").equals(level))
                .findFirst()
                .orElseThrow(() -> new AssertionError(domain + ": " + nameServer + " answers nobody at " + level));
    }

    private Set<String> given(String nameServer, String domain) throws IOException {
        return nameServers.addresses(nameServer, domain, CLIENTS);
    }
}
