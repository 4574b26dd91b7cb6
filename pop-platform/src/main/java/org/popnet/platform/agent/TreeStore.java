package org.popnet.platform.agent;

import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Properties;
import org.popnet.platform.settings.DurableFiles;
import org.popnet.platform.tree.Generation;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last good tree on disk: {@code <number>.yml} holds the text, verbatim, and {@code active} names the one in use.
 */
final class TreeStore {
    private static final Logger log = LoggerFactory.getLogger(TreeStore.class);
    private final Path directory;

    TreeStore(Path directory) {
        this.directory = directory;
    }

    Optional<FetchedTree> load() {
        Path active = directory.resolve("active");
        try {
            Properties properties = new Properties();
            properties.load(new StringReader(Files.readString(active)));
            Generation generation = new Generation(
                    Long.parseLong(properties.getProperty("number", "")),
                    properties.getProperty("commit", ""),
                    properties.getProperty("sha256", ""));
            String text = Files.readString(text(generation), StandardCharsets.UTF_8);
            if (!Generation.sha256(text).equals(generation.sha256())) {
                log.warn("{} does not have the SHA-256 that {} names: it is not used", text(generation), active);
                return Optional.empty();
            }
            return Optional.of(new FetchedTree(generation, text));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException | IllegalArgumentException e) {
            log.warn("the last good tree in {} cannot be read and is not used: {}", directory, e.toString());
            return Optional.empty();
        }
    }

    void save(FetchedTree tree) throws IOException {
        Generation generation = tree.generation();
        Files.createDirectories(directory);
        Optional<FetchedTree> before = load();
        DurableFiles.write(text(generation), tree.text());
        DurableFiles.write(
                directory.resolve("active"),
                "number=" + generation.number() + "\ncommit=" + generation.commit() + "\nsha256=" + generation.sha256()
                        + "\n");
        if (before.isPresent() && before.get().generation().number() != generation.number()) {
            Files.deleteIfExists(text(before.get().generation()));
        }
    }

    private Path text(Generation generation) {
        return directory.resolve(generation.number() + ".yml");
    }
}
