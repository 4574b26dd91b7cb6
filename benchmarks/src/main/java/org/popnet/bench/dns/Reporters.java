package org.popnet.bench.dns;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.popnet.local.LocalNetwork;
import org.popnet.platform.agent.CurrentTree;
import org.popnet.platform.agent.TreeSubscriber;
import org.popnet.platform.datagram.DatagramSettings;
import org.popnet.platform.datagram.UdpDatagramPort;
import org.popnet.platform.identity.IdentityFiles;
import org.popnet.platform.message.Message;
import org.popnet.platform.message.Message.LoadReport;
import org.popnet.platform.message.Message.ProbeReport;
import org.popnet.platform.message.Message.ServiceResult;
import org.popnet.platform.message.TargetId;
import org.popnet.platform.tree.ActiveTree;
import org.popnet.platform.tree.Generation;
import org.popnet.platform.tree.Node;
import org.popnet.platform.tree.NodeName;
import org.popnet.platform.tree.Service;

/**
 * Stands in for all probes and edges of the network while only the name server runs: real, sealed datagrams from their
 * addresses, every second, about health and changing load.
 */
final class Reporters implements AutoCloseable {
    private final List<UdpDatagramPort> ports = new ArrayList<>();
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("reporters").daemon().factory());
    private final Random random = new Random(1);

    Reporters(LocalNetwork network, String text) {
        ActiveTree tree =
                new ActiveTree(new Generation(1, "0".repeat(40), Generation.sha256(text)), text, network.tree());
        NodeName nameServer = NodeName.of(BenchNetwork.NAME_SERVER);
        List<Node> edges = network.tree().nodes(Service.EDGE_CACHE).toList();
        network.tree().nodes(Service.PROBE).forEach(probe -> {
            UdpDatagramPort port = port(network, tree, probe);
            every(() -> port.send(nameServer, health(edges)));
        });
        edges.forEach(edge -> {
            UdpDatagramPort port = port(network, tree, edge);
            every(() -> port.send(nameServer, load()));
        });
    }

    private UdpDatagramPort port(LocalNetwork network, ActiveTree tree, Node node) {
        var state = network.state().node(node.name().toString());
        IdentityFiles identity = IdentityFiles.inStateDirectory(state);
        UdpDatagramPort port = new UdpDatagramPort(
                new Fixed(tree, node.name()),
                identity::keyPairs,
                state.resolve("datagrams"),
                DatagramSettings.DEFAULT,
                new SimpleMeterRegistry(),
                InstantSource.system(),
                System::nanoTime);
        ports.add(port);
        return port;
    }

    private void every(Runnable report) {
        var unused = clock.scheduleAtFixedRate(report, random.nextInt(1000), 1000, TimeUnit.MILLISECONDS);
    }

    private static Message health(List<Node> edges) {
        long now = System.currentTimeMillis();
        return new ProbeReport(
                edges.stream()
                        .map(edge -> new ServiceResult(TargetId.of(edge.name()), true, 2, 10, now, null, false))
                        .toList(),
                List.of(),
                List.of());
    }

    private Message load() {
        double share = 0.3 + 0.4 * random.nextDouble();
        return new LoadReport(
                share,
                0.5,
                1000,
                share * BenchNetwork.EDGE_CAPACITY,
                1e7,
                2,
                Map.of(),
                Map.of(),
                0.1,
                0.1,
                1,
                List.of());
    }

    @Override
    public void close() {
        clock.shutdownNow();
        ports.forEach(UdpDatagramPort::close);
    }

    /** A tree that does not change. */
    private record Fixed(ActiveTree get, NodeName self) implements CurrentTree {
        @Override
        public void subscribe(TreeSubscriber subscriber) {
            subscriber.prepare(get).run();
        }
    }
}
