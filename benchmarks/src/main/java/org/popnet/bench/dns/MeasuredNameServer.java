package org.popnet.bench.dns;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.popnet.bench.Core;
import org.popnet.dns.knowledge.Checkpoint;
import org.popnet.dns.knowledge.Knowledge;
import org.popnet.dns.knowledge.KnowledgeSettings;
import org.popnet.dns.zone.ZoneCompiler;
import org.popnet.local.LocalNetwork;
import org.popnet.local.ProcessStatus;
import org.popnet.platform.message.Message.LatencyResult;
import org.popnet.platform.message.Message.ProbeReport;
import org.popnet.platform.tree.ActiveTree;
import org.popnet.platform.tree.Generation;
import org.popnet.platform.tree.NodeName;

/**
 * Our name server as a process on its core, as a restart would find it: the last good tree, settings, and a checkpoint of
 * measured latencies lie on its disk, the admin service is away.
 */
final class MeasuredNameServer implements AutoCloseable {
    private static final int INSTANCE = 88;
    private static final int LATENCY_MAX_MS = 200;

    private final LocalNetwork network;

    private MeasuredNameServer(LocalNetwork network) {
        this.network = network;
    }

    /**
     * Prepares its state, in place of what an earlier run left.
     *
     * @param knownPrefixes how many client prefixes have been measured from every POP
     */
    static MeasuredNameServer prepare(
            Path directory, String tree, int knownPrefixes, List<String> settings, List<String> jvmOptions)
            throws IOException {
        delete(directory);
        LocalNetwork network = LocalNetwork.builder()
                .instance(INSTANCE)
                .state(directory)
                .tree(tree)
                .only(BenchNetwork.NAME_SERVER)
                .launcher(Core.SERVER.launcher().toArray(String[]::new))
                .jvmOptions(jvmOptions.toArray(String[]::new))
                .startTimeout(Duration.ofMinutes(2))
                .prepare();
        Path state = network.state().node(BenchNetwork.NAME_SERVER);
        String text = Files.readString(network.state().tree());
        Generation generation = new Generation(1, "0".repeat(40), Generation.sha256(text));
        write(state.resolve("settings/last-good.properties"), String.join("\n", settings) + "\n");
        write(state.resolve("tree/1.yml"), text);
        write(
                state.resolve("tree/active"),
                "number=1\ncommit=" + generation.commit() + "\nsha256=" + generation.sha256() + "\n");
        if (knownPrefixes > 0) {
            Checkpoint checkpoint = new Checkpoint(state.resolve("dns/knowledge"), InstantSource.system());
            checkpoint.save(knowledge(ActiveTree.of(generation, text), knownPrefixes));
        }
        return new MeasuredNameServer(network);
    }

    private static Knowledge knowledge(ActiveTree tree, int prefixes) throws UnknownHostException {
        Knowledge knowledge = new Knowledge(
                KnowledgeSettings.defaults(), () -> Duration.ofDays(365).toMillis());
        knowledge.activate(ZoneCompiler.compile(tree, NodeName.of(BenchNetwork.NAME_SERVER)));
        Random random = new Random(1);
        for (String pop : BenchNetwork.pops()) {
            List<LatencyResult> latencies = new ArrayList<>(prefixes);
            for (int i = 0; i < prefixes; i++) {
                InetAddress client = InetAddress.getByAddress(BenchNetwork.prefix(i));
                latencies.add(new LatencyResult(client, 1 + random.nextInt(LATENCY_MAX_MS), 0, 0, 0, false));
            }
            knowledge.take(NodeName.of("probe." + pop), new ProbeReport(List.of(), latencies, List.of()));
        }
        knowledge.refresh();
        return knowledge;
    }

    private static void write(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private static void delete(Path tree) throws IOException {
        if (Files.exists(tree)) {
            try (var paths = Files.walk(tree)) {
                paths.sorted(java.util.Comparator.reverseOrder()).forEach(path -> {
                    try {
                        Files.delete(path);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });
            }
        }
    }

    /** Starts the process, and waits until it says that it is up. */
    void start() throws InterruptedException {
        network.start();
    }

    LocalNetwork network() {
        return network;
    }

    InetSocketAddress address() {
        var node = network.node(BenchNetwork.NAME_SERVER);
        return new InetSocketAddress(node.address(), node.ports().dns());
    }

    ProcessHandle process() {
        long pid = network.status().stream()
                .filter(p -> p.name().equals(BenchNetwork.NAME_SERVER))
                .map(ProcessStatus::pid)
                .filter(p -> p != null)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("the name server does not run"));
        return ProcessHandle.of(pid).orElseThrow();
    }

    @Override
    public void close() {
        network.close();
    }
}
