package org.popnet.scenario.walk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.popnet.scenario.walk.NameServers.everywhere;
import static org.popnet.scenario.walk.SteeredNetwork.CLIENTS;
import static org.popnet.scenario.walk.SteeredNetwork.addresses;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Every form of {@code candidates} on running processes: what both name servers answer, and what they say of it.
 */
@Tag("process")
@Tag("slow")
@ExtendWith(SteeredNetwork.Shared.class)
class CandidatesWalkTest {
    private NameServers nameServers;

    @BeforeEach
    void whole(SteeredNetwork shared) {
        nameServers = new NameServers(shared.network);
        shared.awaitWhole();
    }

    /** Where all scores are equal, shares go by weight × capacity, and every edge and server has the same capacity. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            pops    | 1.2 3.2 3.5 4.2           | westusa europe asia                   | 1.2       | 0.25
            servers | 11.1 11.2                 | shop/one shop/two                     | 11.2      | 0.5
            both    | 1.2 3.2 3.5 4.2 11.1 11.2 | westusa europe asia shop/one shop/two | 11.1 11.2 | 0.33
            named   | 1.2 3.2 3.5               | westusa europe                        | 3.2 3.5   | 0.8
            nodes   | 1.2 3.2                   | edge1.westusa edge1.europe            | 3.2       | 0.75
            kinds   | 1.2 3.2 3.5 4.2 11.1 11.2 | westusa europe asia shop/one shop/two | 11.1 11.2 | 0.6
            apart   | 3.2 3.5                   | europe edge1.europe                   | 3.2       | 0.75
            one     | 3.2 3.5                   | europe                                | 3.5       | 0.5
            mixed   | 1.2 3.5 11.1 11.2         | westusa edge2.europe shop/one shop/two | 3.5      | 0.4
            """)
    void everyFormOfCandidatesIsAnsweredWithWhatItNames(
            String form, String servers, String groups, String some, double share) {
        String domain = form + ".shop.example";
        everywhere(nameServer -> {
            Map<String, String> given = new HashMap<>();
            for (String client : CLIENTS) {
                given.put(client, only(nameServers.addresses("dns.westusa", domain, client)));
                assertThat(nameServers.addresses(nameServer, domain, client))
                        .as("%s, by whichever name server", client)
                        .containsExactly(given.get(client));
            }
            assertThat(Set.copyOf(given.values())).isEqualTo(addresses(servers));
            Set<String> counted = addresses(some);
            assertThat(given.values().stream().filter(counted::contains).count() / (double) CLIENTS.size())
                    .isCloseTo(share, within(0.12));

            Told told = nameServers.explain(nameServer, domain, CLIENTS.getFirst());
            assertThat(told.groups()).containsExactlyInAnyOrder(groups.split(" "));
            assertThat(told.answer()).containsExactly(given.get(CLIENTS.getFirst()));
        });
    }

    @Test
    void clientsOfACoveredPrefixGoToTheirPopAndAreToldWhy() {
        everywhere(nameServer -> {
            assertThat(nameServers.addresses(nameServer, "near.shop.example", "198.51.100.0"))
                    .isEqualTo(addresses("1.2"));
            assertThat(addresses("3.2 3.5"))
                    .containsAll(nameServers.addresses(nameServer, "near.shop.example", "203.0.113.0"));
            Told told = nameServers.explain(nameServer, "near.shop.example", "203.0.113.0");
            assertThat(told.fact("latencySource")).isEqualTo("COVERAGE");
            assertThat(told.chosenGroup()).isEqualTo("europe");
        });
    }

    @Test
    void wrongQuestionsAreToldWhatIsWrong() {
        refused(
                () -> nameServers.explain("dns.westusa", "nosuch.example", "192.0.2.1"),
                404,
                "not in this network's zones");
        refused(
                () -> nameServers.explain("dns.westusa", "nosuch.shop.example", "192.0.2.1"),
                404,
                "not in this network");
        refused(
                () -> nameServers.explain("dns.westusa", "x.pop.example", "192.0.2.1"),
                404,
                "does not exist in the zone");
        refused(
                () -> nameServers.explain("dns.westusa", "dns.westusa.pop.example", "192.0.2.1"),
                404,
                "not a customer's");
        refused(() -> nameServers.explain("dns.westusa", "a..b", "192.0.2.1"), 404, "'a..b'");
        refused(
                () -> nameServers.explain("dns.westusa", "one.shop.example", "192.0.2.300"),
                400,
                "must be an IPv4 or IPv6");
        refused(() -> nameServers.explain("dns.westusa", "one.shop.example", "paris"), 400, "'paris'");
    }

    private static void refused(ThrowingCallable question, int status, String why) {
        assertThatThrownBy(question).hasMessageContaining("answered " + status).hasMessageContaining(why);
    }

    private static String only(Set<String> addresses) {
        assertThat(addresses).hasSize(1);
        return addresses.iterator().next();
    }
}
