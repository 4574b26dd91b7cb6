package org.popnet.local.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ExplanationTextTest {
    private static final JsonNode EXPLANATION = JsonMapper.shared().readTree("""
                    {"name": "static.customer1.example", "latencySource": "MEASURED", "persisted": false,
                     "scores": [
                       {"round": 1, "group": "eastusa", "score": 75.16, "chosen": false, "terms": []},
                       {"round": 1, "group": "westusa", "score": 13.8, "chosen": true, "terms": [
                         {"name": "latency", "value": 11.4, "weight": 1, "ms": 11.4},
                         {"name": "load", "value": 0.00001, "weight": 50, "ms": 0.0005},
                         {"name": "cost", "value": 1, "weight": 1, "ms": 1.0}]},
                       {"round": 2, "group": "europe", "score": 90.0, "chosen": true, "terms": []}],
                     "rejected": []}
                    """);

    @Test
    void whyIsTheChosenScoreWithItsTermsThenTheOthers() {
        assertThat(VisitReport.summary(EXPLANATION))
                .isEqualTo("lowest score wins: westusa 13.8 ms (latency 11.4, cost 1.0), eastusa 75.2 ms;"
                        + " distances measured");
    }

    @Test
    void whoIsChosenAmongEqualsIsNotSaidToBeTheLowest() {
        JsonNode shared = JsonMapper.shared().readTree("""
                {"latencySource": "TOPOLOGY", "persisted": false, "scores": [
                  {"round": 1, "group": "westusa", "score": 2.7, "chosen": false, "terms": []},
                  {"round": 1, "group": "eastusa", "score": 3.8, "chosen": true, "terms": []}]}
                """);
        assertThat(VisitReport.summary(shared))
                .isEqualTo("scores this close share clients: eastusa 3.8 ms (), westusa 2.7 ms; distances topology");
        assertThat(VisitReport.summary(JsonMapper.shared()
                        .readTree(shared.toString().replace("\"persisted\":false", "\"persisted\":true"))))
                .isEqualTo(
                        "eastusa 3.8 ms (), westusa 2.7 ms; distances topology; the client stays where it was before");
    }

    @Test
    void listsOfObjectsBecomeTablesAndTheRestLines() {
        assertThat(JsonText.of(EXPLANATION))
                .contains("name           static.customer1.example")
                .contains("scores\n  round  group")
                .containsPattern("westusa +13.8 +true +latency 11.4, cost 1.0")
                .doesNotContain("rejected");
    }
}
