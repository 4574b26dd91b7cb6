package org.popnet.netview.domains;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.popnet.netview.domains.Explanation.Column;
import org.popnet.netview.domains.Explanation.Fact;
import tools.jackson.databind.json.JsonMapper;

class ExplanationTest {
    @Test
    void theLowestScoreIsTheReason() {
        Explanation lowest = explanation("""
                "scores": [{"round": 1, "group": "eastusa", "score": 74.2, "chosen": false, "terms": []},
                           {"round": 1, "group": "westusa", "score": 12.44, "chosen": true, "terms": []}],
                "answer": [{"target": "node:edge1.westusa", "address": "127.0.1.2"},
                           {"target": "node:edge2.westusa+ipv6", "address": "::2"}]
                """);
        assertThat(lowest.answer())
                .isEqualTo("127.0.21.1 gets 127.0.1.2 (edge1.westusa), ::2 (edge2.westusa over IPv6).");
        assertThat(lowest.reason()).isEqualTo("westusa has the lowest score, 12.4 ms.");
    }

    @Test
    void whoIsChosenAmongEqualsIsNotSaidToBeTheLowest() {
        assertThat(explanation("""
                "scores": [{"round": 1, "group": "customer1/west", "score": 12.0, "chosen": false},
                           {"round": 1, "group": "customer1/east", "score": 12.9, "chosen": true}]
                """).reason())
                .isEqualTo("customer1/east scores 12.9 ms, close enough to the lowest to share its clients.");
    }

    @Test
    void aClientThatIsSentElsewhereOrGetsNothingIsToldSo() {
        assertThat(explanation("\"host\": \"sorry.customer1.example\", \"answer\": []")
                        .answer())
                .isEqualTo("127.0.21.1 is sent to sorry.customer1.example.");
        Explanation nothing = explanation("\"host\": null, \"answer\": [], \"scores\": []");
        assertThat(nothing.answer()).isEqualTo("127.0.21.1 gets no address.");
        assertThat(nothing.reason()).isEmpty();
        Explanation error = explanation("\"rcode\": \"SERVFAIL\", \"answer\": [], \"scores\": [], \"situation\":"
                + " \"all candidates are down: the rule 'r' (when-all-down: servfail) gives an error\"");
        assertThat(error.answer()).isEqualTo("127.0.21.1 gets an error (SERVFAIL).");
        assertThat(error.reason())
                .isEqualTo("All candidates are down: the rule 'r' (when-all-down: servfail) gives an error.");
        assertThat(error.facts()).isEmpty();
    }

    @Test
    void whatOverrulesTheScoresIsSaidBeforeThemAndWhoSharesIsNotTheOnlyOne() {
        Explanation down = explanation("""
                "situation": "all candidates are down", "latencySource": "TOPOLOGY", "answer": [], "scores": [
                  {"round": 1, "group": "westusa", "score": 2.0, "near": true, "chosen": true, "share": 0.75},
                  {"round": 1, "group": "eastusa", "score": 2.5, "near": true, "chosen": false, "share": 0.25}]
                """);
        assertThat(down.reason())
                .isEqualTo(
                        "All candidates are down. westusa has the lowest score, 2.0 ms, and shares clients with those"
                                + " close to it.");
        assertThat(down.facts()).containsExactly(new Fact("distances", "guessed from topology"));
        assertThat(down.tables().getFirst().rows().getFirst()).contains("75 %");
    }

    @Test
    void factsHaveUnitsAndWordsOfPeopleAndWhatIsNewIsShownAsItIs() {
        assertThat(explanation("""
                "ttlSeconds": 20, "latencySource": "MEASURED", "latencyAgeMs": 4211, "scope": 24, "moonPhase": "full",
                "kept": {"target": "server:customer1/west/www.customer1.example", "leftMs": 540000, "guess": false}
                """).facts())
                .containsExactly(
                        new Fact("time to live", "20 s"),
                        new Fact("distances", "measured"),
                        new Fact("oldest distance", "4.2 s"),
                        new Fact("holds for", "the client's /24"),
                        new Fact("moon phase", "full"),
                        new Fact("kept at", "customer1/west"),
                        new Fact("kept for", "9 min"));
    }

    @Test
    void aTermSaysOfWhatItWasMadeOnlyWhereThatTellsMore() {
        Explanation.Table scores = explanation("""
                "scores": [{"round": 1, "group": "westusa", "score": 12.4, "chosen": true, "terms": [
                  {"name": "latency", "value": 8.2, "weight": 1.0, "ms": 8.2},
                  {"name": "response", "value": 2.1, "weight": 0.5, "ms": 1.05},
                  {"name": "loss", "value": 0.0, "weight": 20.0, "ms": 0.0},
                  {"name": "load", "value": 0.06, "weight": 50.0, "ms": 3.2}]}]
                """).tables().getFirst();
        assertThat(scores.head())
                .extracting(Column::name)
                .containsExactly("Group", "Score", "Chosen", "Latency", "Response", "Loss", "Load");
        assertThat(scores.rows().getFirst())
                .containsExactly("westusa", "12.4", "yes", "8.2", "1.1 (2.1 × 0.5)", "0", "3.2 (6 % in use)");
    }

    private static Explanation explanation(String fields) {
        return Explanation.of(JsonMapper.shared().readTree("{\"client\": \"127.0.21.1\", " + fields + "}"));
    }
}
