package org.popnet.dns.knowledge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.popnet.dns.knowledge.TestKnowledge.SERVER;
import static org.popnet.dns.knowledge.TestKnowledge.withProbes;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.popnet.dns.TestTrees;
import org.popnet.platform.message.TargetId;
import org.popnet.platform.tree.Node;
import org.popnet.platform.tree.NodeName;
import org.popnet.platform.tree.Service;
import org.popnet.platform.tree.VantagePoints;

class WatchRequesterTest {
    private TestKnowledge known = new TestKnowledge();

    @Test
    void furtherProbesAreAskedToWatchWhatFailsAndStandInForThoseThatFallSilent() {
        known = new TestKnowledge(withProbes(7));
        VantagePoints points =
                new VantagePoints(TestTrees.active(1, withProbes(7)).tree());
        List<NodeName> nearest = points.nearest(SERVER.machine(), Optional.empty(), 9);
        List<NodeName> assigned = nearest.subList(0, 3);
        List<NodeName> standIns = nearest.subList(3, 6);
        assigned.forEach(probe -> known.report(probe.toString(), SERVER, true, 3));
        assertThat(known.knowledge.wantedWatches(10)).isEmpty();

        known.report(nearest.getLast().toString(), SERVER, false, 1);
        assertThat(known.knowledge.wantedWatches(10))
                .as("it is no vantage point")
                .isEmpty();
        known.report(assigned.getFirst().toString(), SERVER, false, 1);
        Map<NodeName, List<TargetId>> wanted = known.knowledge.wantedWatches(10);
        assertThat(wanted.keySet()).containsExactlyInAnyOrderElementsOf(standIns);
        assertThat(wanted.values()).allMatch(List.of(SERVER)::equals);
        assertThat(known.knowledge.wantedWatches(10)).as("not at once again").isEmpty();

        standIns.forEach(probe -> known.report(probe.toString(), SERVER, false, 2));
        known.report(assigned.get(1).toString(), SERVER, true, 1);
        assertThat(known.down(SERVER))
                .as("vantage points go before those that stand in")
                .isFalse();

        known.passes(20_000);
        assigned.subList(0, 1).forEach(probe -> known.report(probe.toString(), SERVER, false, 1));
        standIns.forEach(probe -> known.report(probe.toString(), SERVER, false, 1));
        assertThat(known.down(SERVER)).as("two of three are silent").isTrue();
        assertThat(known.knowledge.wantedWatches(10).keySet()).as("renewed").hasSize(3);

        assigned.forEach(probe -> known.report(probe.toString(), SERVER, true, 3));
        assertThat(known.down(SERVER)).isFalse();
        known.passes(60_000);
        assertThat(known.knowledge.wantedWatches(10)).as("all is well").isEmpty();
    }

    @Test
    void watchRequestsAreBoundedAndFitDatagrams() {
        known = new TestKnowledge(withProbes(7));
        TargetId other = new TargetId("server:customer1/east/www.customer1.example");
        for (NodeName probe : TestTrees.active(1, withProbes(7))
                .tree()
                .nodes(Service.PROBE)
                .map(Node::name)
                .toList()) {
            known.report(probe.toString(), SERVER, false, 1);
            known.report(probe.toString(), other, false, 1);
        }
        List<TargetId> asked = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            known.knowledge.wantedWatches(1).values().stream()
                    .flatMap(List::stream)
                    .distinct()
                    .forEach(asked::add);
        }
        assertThat(asked).containsExactlyInAnyOrder(SERVER, other);

        TargetId longest = new TargetId("server:" + "x".repeat(400));
        List<List<TargetId>> batches = WatchRequester.batches(List.of(longest, longest, longest, SERVER, other));
        assertThat(batches).extracting(List::size).containsExactly(2, 3);
        assertThat(WatchRequester.batches(List.of())).isEmpty();
    }
}
