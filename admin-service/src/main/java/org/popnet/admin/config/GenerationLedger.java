package org.popnet.admin.config;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.popnet.platform.settings.DurableFiles;
import org.popnet.platform.tree.Generation;

/**
 * The numbers that trees were given, durable: a file of lines {@code number commit sha256}, appended to and synced before
 * a number is used, beside the text of the last one. A line that a crash cut short was never used, and is cut off.
 */
final class GenerationLedger {
    private final Path directory;
    private final Path file;
    private final List<Generation> generations = new ArrayList<>();

    /** @throws IOException if the directory cannot be read or written, or holds something else */
    GenerationLedger(Path directory) throws IOException {
        this.directory = directory;
        this.file = directory.resolve("generations");
        Files.createDirectories(directory);
        if (Files.exists(file)) {
            String text = Files.readString(file, StandardCharsets.ISO_8859_1);
            String whole = text.substring(0, text.lastIndexOf('\n') + 1);
            if (whole.length() < text.length()) {
                DurableFiles.write(file, whole);
            }
            for (String line : whole.lines().toList()) {
                generations.add(generation(line));
            }
        }
    }

    synchronized Optional<Generation> last() {
        return generations.isEmpty() ? Optional.empty() : Optional.of(generations.getLast());
    }

    /** The latest generation with this content. */
    synchronized Optional<Generation> of(String sha256) {
        return generations.reversed().stream()
                .filter(g -> g.sha256().equals(sha256))
                .findFirst();
    }

    /** The text of the last generation, if it is still whole. */
    synchronized Optional<String> lastText() throws IOException {
        Optional<Generation> last = last();
        if (last.isEmpty() || !Files.exists(text(last.get()))) {
            return Optional.empty();
        }
        String text = Files.readString(text(last.get()));
        return Generation.sha256(text).equals(last.get().sha256()) ? Optional.of(text) : Optional.empty();
    }

    /** Gives a tree the next number; on disk when it returns. */
    synchronized Generation next(String commit, String text) throws IOException {
        Optional<Generation> before = last();
        Generation next =
                new Generation(before.map(Generation::number).orElse(0L) + 1, commit, Generation.sha256(text));
        DurableFiles.write(text(next), text);
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND)) {
            ByteBuffer line = StandardCharsets.ISO_8859_1.encode(
                    next.number() + " " + next.commit() + " " + next.sha256() + "\n");
            while (line.hasRemaining()) {
                channel.write(line);
            }
            channel.force(true);
        }
        generations.add(next);
        if (before.isPresent()) {
            Files.deleteIfExists(text(before.get()));
        }
        return next;
    }

    private Path text(Generation generation) {
        return directory.resolve(generation.number() + ".yml");
    }

    private Generation generation(String line) throws IOException {
        String[] parts = line.split(" ", -1);
        try {
            return new Generation(Long.parseLong(parts[0]), parts[1], parts[2]);
        } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
            throw new IOException(
                    file + ": '" + line + "' is not 'number commit sha256': restore the file from a backup", e);
        }
    }
}
