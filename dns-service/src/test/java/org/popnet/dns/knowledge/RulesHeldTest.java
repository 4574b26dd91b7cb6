package org.popnet.dns.knowledge;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.popnet.dns.TestTrees;
import org.popnet.dns.steering.CandidateGroup;
import org.popnet.dns.steering.SteeredDomain;
import org.popnet.dns.wire.WireName;
import org.popnet.dns.zone.ZoneCompiler;
import org.popnet.dns.zone.ZoneEntry;
import org.popnet.platform.message.Message.LoadReport;
import org.popnet.platform.tree.NodeName;

/** An edge is a candidate of a domain from when it says that it has the generation the domain came with. */
class RulesHeldTest {
    private static final String FRESH = "fresh.customer2.example";
    private static final String BOTH = "both.customer2.example";
    private static final String WITH_FRESH = with("customer2", "  " + FRESH + ": {candidates: [pops]}");
    private static final List<String> EDGES =
            List.of("edge1.westusa", "edge2.westusa", "edge1.eastusa", "edge1.europe");

    private final AtomicLong clock = new AtomicLong(10_000_000_000L);
    private Knowledge knowledge = new Knowledge(KnowledgeSettings.defaults(), clock::get);

    @Test
    void edgesThatToldAnOlderGenerationAreNoneAndThoseThatToldNothingStandInWhereNobodyHasConfirmed() {
        activate(1, TestTrees.NETWORK);
        told(1, "edge1.westusa", "edge2.westusa");
        activate(2, WITH_FRESH);
        assertThat(candidates(FRESH)).containsExactlyInAnyOrder("edge1.eastusa", "edge1.europe");
        assertThat(candidates("www.customer2.example")).hasSize(4);
        told(2, "edge2.westusa");
        assertThat(candidates(FRESH)).containsExactly("edge2.westusa");
        told(2, "edge1.westusa", "edge1.eastusa", "edge1.europe");
        assertThat(candidates(FRESH)).hasSize(4);
        assertThat(knowledge.view().held().narrowed())
                .as("nothing to look up any more")
                .isEmpty();
    }

    @Test
    void edgeThatComesBackWithAnOlderTreeLosesWhatIsNewerOnly() {
        activate(1, TestTrees.NETWORK);
        activate(2, WITH_FRESH);
        told(2, EDGES.toArray(String[]::new));
        assertThat(candidates(FRESH)).hasSize(4);
        told(1, "edge1.europe");
        assertThat(candidates(FRESH)).hasSize(3).doesNotContain("edge1.europe");
        assertThat(candidates("www.customer2.example")).hasSize(4);
        told(0, "edge1.europe");
        assertThat(candidates("www.customer2.example")).hasSize(3).doesNotContain("edge1.europe");
    }

    @Test
    void customersServersNeedNoRulesAndADomainThatPopsTakeOverIsNew() {
        activate(1, with("customer2", "  " + BOTH + ": {candidates: [servers]}"));
        told(1, EDGES.toArray(String[]::new));
        activate(2, with("customer2", "  " + BOTH + ": {candidates: [pops, servers]}"));
        assertThat(candidates(BOTH)).containsExactly("customer2/west");
        told(2, "edge1.europe");
        assertThat(candidates(BOTH)).containsExactlyInAnyOrder("edge1.europe", "customer2/west");
    }

    @Test
    void domainThatChangesItsCustomerIsNew() {
        activate(1, WITH_FRESH);
        told(1, EDGES.toArray(String[]::new));
        activate(2, with("customer1", "  " + FRESH + ": {candidates: [pops]}"));
        assertThat(candidates(FRESH))
                .as("edges that would give the other customer's content")
                .isEmpty();
        told(2, "edge1.europe");
        assertThat(candidates(FRESH)).containsExactly("edge1.europe");
    }

    @Test
    void whatCameBeforeOrDuringARestartIsKnownAfterIt(@TempDir Path directory) {
        Checkpoint checkpoint = new Checkpoint(directory.resolve("knowledge"), InstantSource.system());
        activate(1, TestTrees.NETWORK);
        activate(2, WITH_FRESH);
        checkpoint.save(knowledge);

        knowledge = new Knowledge(KnowledgeSettings.defaults(), clock::get);
        activate(3, WITH_FRESH.replace(FRESH, "late.customer2.example: {candidates: [pops]}\n      " + FRESH));
        checkpoint.restore(knowledge);
        told(1, "edge1.westusa");
        told(2, "edge2.westusa");
        told(3, "edge1.eastusa", "edge1.europe");
        assertThat(candidates("www.customer2.example")).hasSize(4);
        assertThat(candidates(FRESH)).hasSize(3).doesNotContain("edge1.westusa");
        assertThat(candidates("late.customer2.example"))
                .as("it came while this name server was away")
                .containsExactlyInAnyOrder("edge1.eastusa", "edge1.europe");
    }

    /** Against what the rule says of each edge by itself; in half of the runs one edge never tells anything. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void candidatesAreThoseThatHoldTheDomainWhateverCameWhen(long seed) {
        Random random = new Random(seed);
        List<String> telling = EDGES.subList(0, seed % 2 == 0 ? EDGES.size() : EDGES.size() - 1);
        Map<String, Long> cameWith = new HashMap<>(Map.of("www.customer2.example", 0L));
        Map<String, Long> told = new HashMap<>();
        StringBuilder domains = new StringBuilder();
        long generation = 1;
        activate(generation, TestTrees.NETWORK);
        for (int step = 0; step < 150; step++) {
            if (random.nextInt(8) == 0) {
                String name = "n" + ++generation + ".customer2.example";
                cameWith.put(name, generation);
                domains.append(name).append(": {candidates: [pops]}\n      ");
                activate(
                        generation,
                        TestTrees.NETWORK.replace("www.customer2.example:", domains + "www.customer2.example:"));
            } else {
                String edge = telling.get(random.nextInt(telling.size()));
                told.put(edge, random.nextInt(3) == 0 ? random.nextLong(generation + 1) : generation);
                told(told.get(edge), edge);
            }
            cameWith.forEach((name, came) -> assertThat(candidates(name))
                    .as("%s, which came with %d, as %s were told", name, came, told)
                    .containsExactlyInAnyOrderElementsOf(holding(came, told)));
        }
    }

    private static List<String> holding(long came, Map<String, Long> told) {
        List<String> confirmed = EDGES.stream()
                .filter(edge -> told.containsKey(edge) ? told.get(edge) >= Math.max(1, came) : came == 0)
                .toList();
        return confirmed.isEmpty()
                ? EDGES.stream().filter(edge -> !told.containsKey(edge)).toList()
                : confirmed;
    }

    private static String with(String customer, String domain) {
        String at = customer.equals("customer2") ? "  www.customer2.example:" : "  static.customer1.example:";
        return TestTrees.NETWORK.replace(at, domain + "\n    " + at);
    }

    private void activate(long generation, String tree) {
        knowledge.activate(ZoneCompiler.compile(TestTrees.active(generation, tree), TestTrees.SELF));
    }

    private void told(long generation, String... edges) {
        for (String edge : edges) {
            LoadReport report = new LoadReport(0, 0, 0, 0, 0, 0, Map.of(), Map.of(), 0, 0, 0, List.of());
            knowledge.take(NodeName.of(edge), generation, report);
        }
        knowledge.refresh();
    }

    private List<String> candidates(String name) {
        View view = knowledge.view();
        SteeredDomain domain =
                ((ZoneEntry.Steered) Objects.requireNonNull(view.zone().find(WireName.of(name)))).domain();
        return Stream.of(view.held().of(domain).v4())
                .map(CandidateGroup::members)
                .flatMap(Stream::of)
                .map(member -> member.id().machine())
                .toList();
    }
}
