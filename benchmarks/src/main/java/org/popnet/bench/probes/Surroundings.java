package org.popnet.bench.probes;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.popnet.bench.Figures;
import org.popnet.local.state.Instance;
import org.popnet.local.state.StateDirectory;
import org.popnet.platform.agent.CurrentTree;
import org.popnet.platform.agent.TreeSubscriber;
import org.popnet.platform.datagram.DatagramSettings;
import org.popnet.platform.datagram.Received;
import org.popnet.platform.datagram.UdpDatagramPort;
import org.popnet.platform.identity.IdentityFiles;
import org.popnet.platform.message.Message.LatencyRequest;
import org.popnet.platform.message.Message.LatencyResult;
import org.popnet.platform.message.Message.ProbeReport;
import org.popnet.platform.message.Message.ServiceResult;
import org.popnet.platform.tree.ActiveTree;
import org.popnet.platform.tree.Generation;
import org.popnet.platform.tree.Node;
import org.popnet.platform.tree.NodeName;

/**
 * All that a probe has to do with, as a process: customers' servers, resolvers, and the name server that it reports to and
 * that has it measure resolvers, by sealed datagrams under the name server's own key.
 */
public final class Surroundings {
    private static final int RESOLVERS_IN_REQUEST = 16;

    private final UdpDatagramPort port;
    private final List<InetAddress> resolvers;
    private final InetAddress spare;
    private final AtomicLong services = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private final Map<InetAddress, Long> askedNanos = new ConcurrentHashMap<>();
    private final Map<InetAddress, Long> tookNanos = new ConcurrentHashMap<>();
    private final AtomicLong incomplete = new AtomicLong();

    private Surroundings(Path directory, Instance instance, int resolverCount) throws IOException {
        StateDirectory state = new StateDirectory(directory);
        String text = Files.readString(state.tree());
        ActiveTree tree = ActiveTree.of(new Generation(1, "0".repeat(40), Generation.sha256(text)), text);
        NodeName self = NodeName.of(ProbedWorld.NAME_SERVER);
        Node node = tree.tree().node(self).orElseThrow();
        resolvers = ProbedWorld.resolvers(instance, resolverCount);
        spare = ProbedWorld.spareResolver(instance);

        List<InetSocketAddress> askable = new ArrayList<>();
        int dnsPort = tree.tree().latencyTargets().port();
        resolvers.forEach(resolver -> askable.add(new InetSocketAddress(resolver, dnsPort)));
        askable.add(new InetSocketAddress(spare, dnsPort));
        askable.add(new InetSocketAddress(node.address(), node.ports().dns()));
        var unused = new Responder(ProbedWorld.servers(tree.tree()), askable);

        Path own = state.node(ProbedWorld.NAME_SERVER);
        port = new UdpDatagramPort(
                new Fixed(tree, self),
                IdentityFiles.inStateDirectory(own)::keyPairs,
                own.resolve("datagrams"),
                DatagramSettings.DEFAULT,
                new SimpleMeterRegistry(),
                InstantSource.system(),
                System::nanoTime);
        port.onReceive(ProbeReport.class, this::take);
    }

    /**
     * @param arguments the network's state directory, the number of its instance, how many resolvers there are. Answers
     *     each line on standard input by one: {@code count} by how many results of checks the probe has reported and how
     *     many of them are failures; {@code ask SECONDS} by how many resolvers it has reported when all were asked for in
     *     that time (and two seconds more), how many of those with attempts lost, and the median and 99th percentile of
     *     the milliseconds from request to report
     */
    public static void main(String... arguments) throws IOException {
        Surroundings surroundings = new Surroundings(
                Path.of(arguments[0]), new Instance(Integer.parseInt(arguments[1])), Integer.parseInt(arguments[2]));
        System.out.println("ready");
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        String line = in.readLine();
        while (line != null) {
            System.out.println(
                    line.startsWith("ask ")
                            ? surroundings.ask(Integer.parseInt(line.substring(4)))
                            : surroundings.count());
            line = in.readLine();
        }
    }

    private void take(Received<ProbeReport> report) {
        for (ServiceResult result : report.message().services()) {
            services.incrementAndGet();
            if (!result.up()) {
                failed.incrementAndGet();
            }
        }
        for (LatencyResult result : report.message().latencies()) {
            Long asked = askedNanos.get(result.address());
            if (asked != null && !Double.isNaN(result.rttMs())) {
                tookNanos.putIfAbsent(result.address(), System.nanoTime() - asked);
                if (result.lossPercent() > 0) {
                    incomplete.incrementAndGet();
                }
            }
        }
    }

    /** Has the probe get to know this name server, too. */
    private String count() {
        port.send(NodeName.of(ProbedWorld.PROBE), new LatencyRequest(List.of(spare)));
        return services + " " + failed;
    }

    private String ask(int seconds) {
        long begin = System.nanoTime();
        double nanosEach = TimeUnit.SECONDS.toNanos(seconds) / (double) resolvers.size();
        for (int i = 0; i < resolvers.size(); i += RESOLVERS_IN_REQUEST) {
            List<InetAddress> some = resolvers.subList(i, Math.min(resolvers.size(), i + RESOLVERS_IN_REQUEST));
            parkUntil(begin + (long) (i * nanosEach));
            long now = System.nanoTime();
            some.forEach(resolver -> askedNanos.put(resolver, now));
            port.send(NodeName.of(ProbedWorld.PROBE), new LatencyRequest(some));
        }
        parkUntil(begin + TimeUnit.SECONDS.toNanos(seconds + 2L));
        double[] took =
                tookNanos.values().stream().mapToDouble(nanos -> nanos / 1e6).toArray();
        Arrays.sort(took);
        return took.length + " " + incomplete + " " + Figures.percentile(took, 50) + " " + Figures.percentile(took, 99);
    }

    private static void parkUntil(long nanos) {
        long left = nanos - System.nanoTime();
        while (left > 0) {
            LockSupport.parkNanos(left);
            left = nanos - System.nanoTime();
        }
    }

    /** A tree that does not change. */
    private record Fixed(ActiveTree get, NodeName self) implements CurrentTree {
        @Override
        public void subscribe(TreeSubscriber subscriber) {
            subscriber.prepare(get).run();
        }
    }
}
