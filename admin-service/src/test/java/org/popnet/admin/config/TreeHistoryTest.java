package org.popnet.admin.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.popnet.admin.TestRepository;
import org.popnet.platform.agent.FetchedTree;
import org.popnet.platform.tree.Generation;

class TreeHistoryTest {
    private static final String ONE = "network: {zone: pop.example}   # one\n";
    private static final String TWO = "network: {zone: pop.example}   # two\r\n";
    private static final String BROKEN = "network:\n  zone: pop.example\n  zoen: x\n";

    @TempDir
    Path temporary;

    private TestRepository git;
    private ConfigRepository repository;

    @BeforeEach
    void repository() throws Exception {
        git = new TestRepository(Files.createDirectory(temporary.resolve("repository")));
        repository = new ConfigRepository(git.directory(), "main");
    }

    @AfterEach
    void close() {
        repository.close();
        git.close();
    }

    @Test
    void everyChangedTreeIsOneGenerationMore() throws Exception {
        String first = git.commit("network.yml", ONE);
        TreeHistory trees = history();
        assertThat(trees.current()).isEqualTo(tree(1, first, ONE));

        git.commit("application.yml", "a: 1\n");
        assertThat(trees.current()).as("the tree has not changed").isEqualTo(tree(1, first, ONE));

        String second = git.commit("network.yml", TWO);
        assertThat(trees.current()).isEqualTo(tree(2, second, TWO));

        String rollback = git.commit("network.yml", ONE);
        assertThat(trees.current()).as("old content, new number").isEqualTo(tree(3, rollback, ONE));
    }

    @Test
    void numbersGoOnAfterARestart() throws Exception {
        git.commit("network.yml", ONE);
        history().current();
        String second = git.commit("network.yml", TWO);
        assertThat(history().current()).isEqualTo(tree(2, second, TWO));
        assertThat(history().current()).isEqualTo(tree(2, second, TWO));
    }

    @Test
    void numberThatACrashCutShortIsGivenAgain() throws Exception {
        git.commit("network.yml", ONE);
        history().current();
        Files.writeString(temporary.resolve("state/generations"), "2 0123456789abcdef", StandardOpenOption.APPEND);

        String second = git.commit("network.yml", TWO);
        assertThat(history().current()).isEqualTo(tree(2, second, TWO));
        assertThat(Files.readAllLines(temporary.resolve("state/generations"))).hasSize(2);
    }

    @Test
    void brokenTreeGetsNoNumberAndTheLastValidOneHolds() throws Exception {
        String first = git.commit("network.yml", ONE);
        TreeHistory trees = history();
        trees.current();
        String broken = git.commit("network.yml", BROKEN);

        assertThat(trees.current()).isEqualTo(tree(1, first, ONE));
        assertThat(trees.problem().orElseThrow())
                .contains(
                        "commit " + broken, "network.zoen: unknown key 'zoen'", "did you mean 'zone'", "network.yml:3");
        assertThat(history().current()).as("after a restart").isEqualTo(tree(1, first, ONE));

        String mended = git.commit("network.yml", TWO);
        assertThat(trees.current()).isEqualTo(tree(2, mended, TWO));
        assertThat(trees.problem()).isEmpty();
    }

    @Test
    void withoutAnyValidTreeItSaysWhatIsWrong() throws Exception {
        assertThatThrownBy(() -> history().current())
                .isInstanceOf(NoValidTreeException.class)
                .hasMessageContaining("branch main has no commit");
        git.commit("other.yml", "a: 1\n");
        assertThatThrownBy(() -> history().current()).hasMessageContaining("network.yml is missing");
        git.commit("network.yml", BROKEN);
        assertThatThrownBy(() -> history().current()).hasMessageContaining("network.yml:3");
        assertThatThrownBy(() -> new ConfigRepository(temporary, "main"))
                .isInstanceOf(NoValidTreeException.class)
                .hasMessageContaining("is no git repository");
    }

    @Test
    void workingCopyIsNeitherServedNorTouched() throws Exception {
        String first = git.commit("network.yml", ONE);
        Files.writeString(git.directory().resolve("network.yml"), "half-edit");
        TreeHistory trees = history();

        assertThat(trees.current()).isEqualTo(tree(1, first, ONE));
        assertThat(trees.at(first)).isPresent();
        assertThat(Files.readString(git.directory().resolve("network.yml"))).isEqualTo("half-edit");
    }

    @Test
    void anyCommitIsFoundByIdTagOrBranch() throws Exception {
        String first = git.commit("network.yml", ONE);
        git.tag("v1");
        TreeHistory trees = history();
        trees.current();
        String broken = git.commit("network.yml", BROKEN);

        for (String label : new String[] {first, first.substring(0, 10), "v1"}) {
            assertThat(trees.at(label).orElseThrow().commit()).isEqualTo(first);
            assertThat(trees.at(label).orElseThrow().number()).contains(1L);
        }
        assertThat(trees.at("main").orElseThrow().commit()).isEqualTo(broken);
        assertThat(trees.at(broken).orElseThrow().number()).isEmpty();
        for (String label : new String[] {"v2", "HEAD:network.yml", "main~1", "../x", "", "@{-1}", "-x", "a b"}) {
            assertThat(trees.at(label)).as(label).isEqualTo(Optional.empty());
        }
    }

    private TreeHistory history() throws IOException {
        return new TreeHistory(repository, new GenerationLedger(temporary.resolve("state")));
    }

    private static FetchedTree tree(long number, String commit, String text) {
        return new FetchedTree(new Generation(number, commit, Generation.sha256(text)), text);
    }
}
