package org.popnet.platform.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.popnet.platform.settings.StartRefusedException;
import org.popnet.platform.tree.InvalidTreeException;
import org.popnet.platform.tree.NodeName;

class TreeAgentTest {
    private static final NodeName SELF = NodeName.of("dns.test");

    @TempDir
    Path directory;

    private TreeAgent agent(Optional<FetchedTree> atSource) {
        return new TreeAgent(SELF, LastGoodTree.begin(directory), () -> atSource, tree -> Optional.empty());
    }

    @Test
    void aNodeStartsWithTheTreeOfItsSourceAndKeepsIt() {
        assertThat(agent(Optional.of(TestTrees.fetched(3, 20)))
                        .get()
                        .generation()
                        .number())
                .isEqualTo(3);

        TreeAgent restarted = agent(Optional.empty());

        assertThat(restarted.get().text()).isEqualTo(TestTrees.text(20));
        assertThat(restarted.get().generation().number()).isEqualTo(3);
    }

    @Test
    void theHighestGenerationWinsAtStart() {
        agent(Optional.of(TestTrees.fetched(3, 20)));

        assertThat(agent(Optional.of(TestTrees.fetched(2, 30)))
                        .get()
                        .generation()
                        .number())
                .as("a source that is behind does not take a node back")
                .isEqualTo(3);
        TreeAgent fromPeer = new TreeAgent(
                SELF,
                LastGoodTree.begin(directory),
                () -> Optional.of(TestTrees.fetched(4, 30)),
                tree -> Optional.of(TestTrees.fetched(5, 40)));
        assertThat(fromPeer.get().generation().number()).isEqualTo(5);
    }

    @Test
    void aTreeIsSwitchedToOnlyAfterEveryPartHasCompiledIt() {
        TreeAgent agent = agent(Optional.of(TestTrees.fetched(1, 20)));
        List<String> events = new ArrayList<>();
        agent.subscribe(next -> {
            events.add("prepare a " + next.generation().number());
            return () -> events.add("switch a " + next.generation().number());
        });
        agent.subscribe(next -> {
            events.add("prepare b " + next.generation().number());
            return () -> events.add("switch b " + next.generation().number());
        });
        events.clear();

        agent.take(TestTrees.fetched(2, 30));

        assertThat(events).containsExactly("prepare a 2", "prepare b 2", "switch a 2", "switch b 2");
        assertThat(agent.get().generation().number()).isEqualTo(2);
    }

    @Test
    void aTreeThatOnePartCannotCompileIsTakenByNone() {
        TreeAgent agent = agent(Optional.of(TestTrees.fetched(1, 20)));
        List<Long> switched = new ArrayList<>();
        agent.subscribe(next -> () -> switched.add(next.generation().number()));
        agent.subscribe(next -> {
            if (next.generation().number() == 2) {
                throw new IllegalStateException("too many zones");
            }
            return () -> {};
        });

        assertThatThrownBy(() -> agent.take(TestTrees.fetched(2, 30)))
                .isInstanceOf(TreeRefusedException.class)
                .hasMessageContaining("generation 2 cannot be compiled here: too many zones");

        assertThat(switched).containsExactly(1L);
        assertThat(agent.get().generation().number()).isEqualTo(1);
        assertThat(agent(Optional.empty()).get().generation().number())
                .as("nor is it on disk")
                .isEqualTo(1);
    }

    @Test
    void aNodeWhoseFirstTreeAPartFindsAtFaultDoesNotStartAndSaysWhy() {
        TreeAgent agent = agent(Optional.of(TestTrees.fetched(1, 20)));
        assertThatThrownBy(() -> agent.subscribe(next -> {
                    throw new IllegalArgumentException("name 'x': each label must have 1 to 63 bytes");
                }))
                .isInstanceOf(StartRefusedException.class)
                .hasMessage("generation 1 cannot be compiled here: name 'x': each label must have 1 to 63 bytes;"
                        + " push a tree without that, and start again");
        assertThatThrownBy(() -> agent.subscribe(next -> {
                    throw new IllegalStateException("a fault of ours");
                }))
                .as("whose stack trace tells more")
                .isExactlyInstanceOf(IllegalStateException.class);
    }

    @Test
    void olderInvalidAndForeignTreesAreRefused() {
        TreeAgent agent = agent(Optional.of(TestTrees.fetched(5, 20)));

        assertThatThrownBy(() -> agent.take(TestTrees.fetched(4, 30)))
                .isInstanceOf(TreeRefusedException.class)
                .hasMessage("generation 4 came, 5 is active: only a higher one is taken");
        assertThatThrownBy(() -> agent.take(TestTrees.fetched(5, 30))).isInstanceOf(TreeRefusedException.class);
        assertThatThrownBy(() -> agent.take(TestTrees.fetched(6, "pops: 3\n")))
                .isInstanceOf(InvalidTreeException.class);
        assertThatThrownBy(
                        () -> agent.take(TestTrees.fetched(6, TestTrees.text(20).replace("dns.test", "dns2.test"))))
                .isInstanceOf(TreeRefusedException.class)
                .hasMessageContaining("has no node dns.test");
        assertThatThrownBy(() ->
                        agent.take(new FetchedTree(TestTrees.fetched(6, 20).generation(), TestTrees.text(30))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("SHA-256");
        assertThat(agent.get().generation().number()).isEqualTo(5);
    }

    @Test
    void theSameGenerationAgainIsTakenWithoutEffect() {
        TreeAgent agent = agent(Optional.of(TestTrees.fetched(1, 20)));
        List<Long> switched = new ArrayList<>();
        agent.subscribe(next -> () -> switched.add(next.generation().number()));

        agent.take(TestTrees.fetched(1, 20));

        assertThat(switched).containsExactly(1L);
    }

    @Test
    void aDamagedLastGoodTreeIsNotUsed() throws Exception {
        agent(Optional.of(TestTrees.fetched(7, 20)));
        Files.writeString(directory.resolve("7.yml"), TestTrees.text(21));

        assertThat(agent(Optional.of(TestTrees.fetched(6, 30)))
                        .get()
                        .generation()
                        .number())
                .isEqualTo(6);
    }

    @Test
    void onlyTheTreeInUseStaysOnDisk() throws Exception {
        TreeAgent agent = agent(Optional.of(TestTrees.fetched(1, 20)));
        agent.take(TestTrees.fetched(2, 30));
        agent.take(TestTrees.fetched(3, 40));

        try (var files = Files.list(directory)) {
            assertThat(files.map(f -> f.getFileName().toString())).containsExactlyInAnyOrder("active", "3.yml");
        }
    }

    @Test
    void withoutAnyValidTreeANodeSaysWhatIsWrong() {
        assertThatThrownBy(() -> agent(Optional.of(TestTrees.fetched(1, "pops: 3\n"))))
                .isInstanceOf(NoTreeException.class)
                .hasMessageStartingWith("no valid tree:")
                .hasMessageContaining("network.yml:1");
    }
}
