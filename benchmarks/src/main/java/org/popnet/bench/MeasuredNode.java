package org.popnet.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import org.popnet.local.LocalNetwork;
import org.popnet.local.ProcessStatus;
import org.popnet.platform.settings.DurableFiles;
import org.popnet.platform.tree.ActiveTree;
import org.popnet.platform.tree.Generation;

/**
 * One of our nodes as a process, usually on {@link Core#SERVER}, as a restart would find it: the last good tree and settings lie on
 * its disk, the admin service is away.
 */
public final class MeasuredNode implements AutoCloseable {
    private final LocalNetwork network;
    private final String name;
    private final ActiveTree tree;

    private MeasuredNode(LocalNetwork network, String name, ActiveTree tree) {
        this.network = network;
        this.name = name;
        this.tree = tree;
    }

    /**
     * Prepares its state, in place of what an earlier run left.
     *
     * @param instance of the local network, whose addresses it takes
     * @param tree of the network that it is part of
     * @param name {@code node.pop}
     * @param settings lines of properties
     */
    public static MeasuredNode prepare(
            Path directory, int instance, String tree, String name, List<String> settings, List<String> jvmOptions)
            throws IOException {
        return prepare(directory, instance, tree, name, settings, jvmOptions, Core.SERVER.launcher());
    }

    /**
     * The same, not necessarily on one core.
     *
     * @param launcher what stands before the command
     */
    public static MeasuredNode prepare(
            Path directory,
            int instance,
            String tree,
            String name,
            List<String> settings,
            List<String> jvmOptions,
            List<String> launcher)
            throws IOException {
        clear(directory);
        LocalNetwork network = LocalNetwork.builder()
                .instance(instance)
                .state(directory)
                .tree(tree)
                .only(name)
                .launcher(launcher.toArray(String[]::new))
                .jvmOptions(jvmOptions.toArray(String[]::new))
                .startTimeout(Duration.ofMinutes(2))
                .prepare();
        Path state = network.state().node(name);
        String text = Files.readString(network.state().tree());
        Generation generation = new Generation(1, "0".repeat(40), Generation.sha256(text));
        write(state.resolve("settings/last-good.properties"), String.join("\n", settings) + "\n");
        write(state.resolve("tree/1.yml"), text);
        write(
                state.resolve("tree/active"),
                "number=1\ncommit=" + generation.commit() + "\nsha256=" + generation.sha256() + "\n");
        return new MeasuredNode(network, name, ActiveTree.of(generation, text));
    }

    private static void write(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        DurableFiles.write(file, text);
    }

    /** Deletes what an earlier run left. */
    public static void clear(Path directory) throws IOException {
        if (Files.exists(directory)) {
            try (var files = Files.walk(directory)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    /** Starts the process, and waits until it says that it is up. */
    public void start() throws InterruptedException {
        network.start();
    }

    public LocalNetwork network() {
        return network;
    }

    /** Where it keeps what outlives it. */
    public Path state() {
        return network.state().node(name);
    }

    /** The tree that it has. */
    public ActiveTree tree() {
        return tree;
    }

    public ProcessHandle process() {
        return network.status().stream()
                .filter(p -> p.name().equals(name))
                .map(ProcessStatus::pid)
                .filter(p -> p != null)
                .findFirst()
                .flatMap(ProcessHandle::of)
                .orElseThrow(() -> new IllegalStateException(name + " does not run"));
    }

    @Override
    public void close() {
        network.close();
    }
}
