package org.popnet.dns.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.popnet.dns.TestTrees;
import org.popnet.dns.knowledge.Knowledge;
import org.popnet.dns.knowledge.KnowledgeSettings;
import org.popnet.dns.zone.ZoneCompiler;
import org.popnet.platform.message.Message.ProbeReport;
import org.popnet.platform.message.Message.ServiceResult;
import org.popnet.platform.message.TargetId;
import org.popnet.platform.tree.NodeName;
import tools.jackson.databind.json.JsonMapper;

class ExplainerTest {
    private final Knowledge knowledge = new Knowledge(KnowledgeSettings.defaults(), () -> 10_000_000_000L);
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

    @Test
    void namesThatAreNotSteeredAreToldApart() {
        InetAddress client = InetAddress.ofLiteral("203.0.113.9");
        assertThatThrownBy(() -> explainer.explain("www.elsewhere.example", client, false))
                .hasMessageContaining("not in this network's zones");
        assertThatThrownBy(() -> explainer.explain("dns.westusa.pop.example", client, false))
                .hasMessageContaining("not a customer's domain");
        assertThatThrownBy(() -> explainer.explain("a..b", client, false))
                .hasMessageContaining("not in this network's zones");
    }

    @Test
    void domainWithoutAddressesOfAFamilyHasAnEmptyAnswer() {
        assertThat(explainer
                        .explain("static.customer1.example", InetAddress.ofLiteral("2001:db8:1::1"), true)
                        .answer())
                .isEmpty();
    }
}
