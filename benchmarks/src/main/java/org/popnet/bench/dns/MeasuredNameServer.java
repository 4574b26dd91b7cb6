package org.popnet.bench.dns;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.popnet.bench.MeasuredNode;
import org.popnet.dns.knowledge.Checkpoint;
import org.popnet.dns.knowledge.Knowledge;
import org.popnet.dns.knowledge.KnowledgeSettings;
import org.popnet.dns.zone.ZoneCompiler;
import org.popnet.local.LocalNetwork;
import org.popnet.platform.message.Message.LatencyResult;
import org.popnet.platform.message.Message.ProbeReport;
import org.popnet.platform.tree.ActiveTree;
import org.popnet.platform.tree.NodeName;

/**
 * Our name server as a process on its core, as a restart would find it: the last good tree, settings, and a checkpoint of
 * measured latencies lie on its disk, the admin service is away.
 */
final class MeasuredNameServer implements AutoCloseable {
    private static final int INSTANCE = 88;
    private static final int LATENCY_MAX_MS = 200;

    private final MeasuredNode node;

    private MeasuredNameServer(MeasuredNode node) {
        this.node = node;
    }

    /**
     * Prepares its state, in place of what an earlier run left.
     *
     * @param knownPrefixes how many client prefixes have been measured from every POP
     * @param launcher what stands before the command
     */
    static MeasuredNameServer prepare(
            Path directory,
            String tree,
            int knownPrefixes,
            List<String> settings,
            List<String> jvmOptions,
            List<String> launcher)
            throws IOException {
        MeasuredNode node = MeasuredNode.prepare(
                directory, INSTANCE, tree, BenchNetwork.NAME_SERVER, settings, jvmOptions, launcher);
        if (knownPrefixes > 0) {
            Checkpoint checkpoint = new Checkpoint(node.state().resolve("dns/knowledge"), InstantSource.system());
            checkpoint.save(knowledge(node.tree(), knownPrefixes));
        }
        return new MeasuredNameServer(node);
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

    /** Starts the process, and waits until it says that it is up. */
    void start() throws InterruptedException {
        node.start();
    }

    LocalNetwork network() {
        return node.network();
    }

    InetSocketAddress address() {
        var server = network().node(BenchNetwork.NAME_SERVER);
        return new InetSocketAddress(server.address(), server.ports().dns());
    }

    ProcessHandle process() {
        return node.process();
    }

    @Override
    public void close() {
        node.close();
    }
}
