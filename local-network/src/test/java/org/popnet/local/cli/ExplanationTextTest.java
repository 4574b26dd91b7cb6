package org.popnet.local.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ExplanationTextTest {
    private static final JsonNode EXPLANATION = JsonMapper.shared().readTree("""
                    {"name": "static.customer1.example", "latencySource": "MEASURED", "persisted": false,
                     "client": "127.0.21.1", "ttlSeconds": 20, "host": null,
                     "distances": [{"pop": "westusa", "latencyMs": 11.4, "lossPercent": 0.0}],
                     "scores": [
                       {"round": 1, "group": "europe", "score": 146.8, "chosen": false, "share": 0.25, "terms": []},
                       {"round": 1, "group": "eastusa", "score": 75.16, "chosen": false, "terms": []},
                       {"round": 1, "group": "westusa", "score": 13.8, "chosen": true, "terms": [
                         {"name": "latency", "value": 11.4, "weight": 1, "ms": 11.4},
                         {"name": "load", "value": 0.00001, "weight": 50, "ms": 0.0005},
                         {"name": "cost", "value": 1, "weight": 1, "ms": 1.0}]},
                       {"round": 2, "group": "europe", "score": 90.0, "chosen": true, "terms": []}],
                     "rejected": [],
                     "answer": [{"target": "node:edge1.westusa", "address": "127.0.1.2"}]}
                    """);

    @Test
    void whyIsTheChosenScoreWithItsTermsThenTheOthers() {
        assertThat(VisitReport.summary(EXPLANATION))
                .isEqualTo(
                        "lowest score wins: westusa 13.8 ms (latency 11.4, cost 1.0), eastusa 75.2 ms, europe 146.8 ms;"
                                + " distances measured");
    }

    @Test
    void theAnswerAndItsReasonAreReadFirst() {
        assertThat(ExplanationText.of(EXPLANATION).lines().limit(3))
                .containsExactly(
                        "127.0.21.1 gets 127.0.1.2 (edge1.westusa), for 20 s",
                        "why: " + VisitReport.summary(EXPLANATION),
                        "");
        assertThat(ExplanationText.of(EXPLANATION)).containsSubsequence("\nanswer\n", "\nscores\n", "\ndistances\n");
    }

    @Test
    void aClientThatGetsNoServerIsToldWhatItGets() {
        assertThat(ExplanationText.of(JsonMapper.shared()
                        .readTree("{\"client\": \"127.0.21.1\", \"ttlSeconds\": 5, \"answer\": []}")))
                .startsWith("127.0.21.1 gets no address (NODATA)\n");
        assertThat(ExplanationText.of(JsonMapper.shared().readTree("""
                        {"client": "127.0.21.1", "ttlSeconds": 5, "answer": [], "rcode": "SERVFAIL", "scores": [],
                         "situation": "all candidates are down: the rule 'r' (when-all-down: servfail) gives an error"}
                        """)))
                .startsWith("127.0.21.1 gets an error (SERVFAIL)\n"
                        + "why: all candidates are down: the rule 'r' (when-all-down: servfail) gives an error\n")
                .doesNotContain("situation");
        assertThat(ExplanationText.of(JsonMapper.shared().readTree("""
                        {"client": "127.0.21.1", "ttlSeconds": 5, "answer": [], "host": "sorry.customer1.example"}
                        """)))
                .startsWith("127.0.21.1 is sent to sorry.customer1.example, for 5 s\n");
    }

    @Test
    void whoIsChosenAmongEqualsIsNotSaidToBeTheLowest() {
        String guessed = "; distances guessed from topology: as if the client were where the name server is";
        JsonNode shared = JsonMapper.shared().readTree("""
                {"latencySource": "TOPOLOGY", "persisted": false, "scores": [
                  {"round": 1, "group": "westusa", "score": 2.7, "chosen": false, "near": true, "terms": []},
                  {"round": 1, "group": "eastusa", "score": 3.8, "chosen": true, "near": true, "terms": []}]}
                """);
        assertThat(VisitReport.summary(shared))
                .isEqualTo("scores this close share clients: eastusa 3.8 ms, westusa 2.7 ms" + guessed);
        assertThat(VisitReport.summary(
                        JsonMapper.shared().readTree(shared.toString().replace("3.8", "2.6"))))
                .as("the lowest, but others get clients all the same")
                .isEqualTo("scores this close share clients: eastusa 2.6 ms, westusa 2.7 ms" + guessed);
        assertThat(VisitReport.summary(JsonMapper.shared()
                        .readTree(shared.toString().replace("\"persisted\":false", "\"persisted\":true"))))
                .isEqualTo("the client stays where it was before; eastusa 3.8 ms, westusa 2.7 ms" + guessed);
    }

    @Test
    void whatOverrulesTheScoresIsSaidBeforeThem() {
        assertThat(VisitReport.summary(JsonMapper.shared().readTree("""
                        {"latencySource": "COVERAGE", "persisted": false, "situation": "all candidates are down: so it is",
                         "scores": [{"round": 1, "group": "europe", "score": 3.0, "chosen": true, "near": true,
                                     "share": 1.0, "terms": [{"name": "cost", "value": 3, "weight": 1, "ms": 3.0}]}]}
                        """)))
                .isEqualTo("all candidates are down: so it is; lowest score wins: europe 3.0 ms (cost 3.0);"
                        + " distances by the coverage in the tree");
    }

    @Test
    void listsOfObjectsBecomeTablesAndTheRestLines() {
        assertThat(JsonText.of(EXPLANATION))
                .contains("name           static.customer1.example")
                .contains("scores\n  round  group")
                .containsPattern("europe +146.8 +false +25 %")
                .containsPattern("westusa +13.8 +true +latency 11.4, cost 1.0")
                .doesNotContain("rejected");
    }
}
