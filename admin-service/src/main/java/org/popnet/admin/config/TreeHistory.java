package org.popnet.admin.config;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.popnet.platform.agent.FetchedTree;
import org.popnet.platform.tree.Generation;
import org.popnet.platform.tree.InvalidTreeException;
import org.popnet.platform.tree.TreeParser;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The trees in the repository and their generations. The tree that holds is the last valid one that the branch pointed
 * at; one that is not valid gets no number, and what is wrong with it is kept for who asks.
 */
public final class TreeHistory {
    static final String FILE = "network.yml";
    private static final Logger log = LoggerFactory.getLogger(TreeHistory.class);

    private final ConfigRepository repository;
    private final GenerationLedger ledger;
    private @Nullable FetchedTree current;
    private @Nullable String seenCommit;
    private @Nullable String problem;

    /**
     * A tree at some commit.
     *
     * @param number its generation; empty if it never had one
     */
    record TreeAt(String commit, String text, String sha256, Optional<Long> number) {}

    TreeHistory(ConfigRepository repository, GenerationLedger ledger) throws IOException {
        this.repository = repository;
        this.ledger = ledger;
        Optional<Generation> last = ledger.last();
        if (last.isPresent()) {
            this.current = ledger.lastText()
                    .map(text -> new FetchedTree(last.get(), text))
                    .orElse(null);
        }
    }

    /**
     * The tree that holds now: of the newest commit, unless that is broken.
     *
     * @throws NoValidTreeException if there never was a valid tree
     */
    public synchronized FetchedTree current() {
        Optional<String> head = repository.head();
        if (head.isEmpty()) {
            problem = "branch " + repository.branch() + " has no commit: commit " + FILE + " to it";
        } else if (!head.get().equals(seenCommit)) {
            look(head.get());
            seenCommit = head.get();
        }
        if (current == null) {
            throw new NoValidTreeException("no valid tree in the repository: " + problem);
        }
        return current;
    }

    /** What is wrong with the newest commit, if its tree is not the one that holds. */
    public synchronized Optional<String> problem() {
        return Optional.ofNullable(problem);
    }

    /** The tree at a branch, a tag or a commit, valid or not; empty if there is no such thing. */
    Optional<TreeAt> at(String label) {
        return repository.commit(label).flatMap(commit -> repository
                .read(commit, FILE)
                .flatMap(TreeHistory::decoded)
                .map(text -> {
                    String sha256 = Generation.sha256(text);
                    return new TreeAt(commit, text, sha256, ledger.of(sha256).map(Generation::number));
                }));
    }

    private void look(String commit) {
        Optional<byte[]> bytes = repository.read(commit, FILE);
        Optional<String> text = bytes.flatMap(TreeHistory::decoded);
        if (text.isEmpty()) {
            refuse(commit, bytes.isEmpty() ? FILE + " is missing: commit it" : FILE + " is not text in UTF-8");
            return;
        }
        if (current != null
                && Generation.sha256(text.get()).equals(current.generation().sha256())) {
            problem = null;
            return;
        }
        try {
            TreeParser.parse(FILE, text.get());
            Generation generation = ledger.next(commit, text.get());
            current = new FetchedTree(generation, text.get());
            problem = null;
            log.info("commit {} is generation {}", commit, generation.number());
        } catch (InvalidTreeException e) {
            refuse(commit, "mistakes in " + FILE + ":\n" + e.getMessage());
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "cannot store the number of a new generation: free space or mend the disk", e);
        }
    }

    private void refuse(String commit, String why) {
        problem = "commit " + commit + ": " + why;
        if (current != null) {
            log.error(
                    "generation {} goes on, because of {}", current.generation().number(), problem);
        }
    }

    private static Optional<String> decoded(byte[] bytes) {
        try {
            return Optional.of(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString());
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }
}
