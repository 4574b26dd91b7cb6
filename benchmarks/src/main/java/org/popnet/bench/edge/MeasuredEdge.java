package org.popnet.bench.edge;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.popnet.bench.Core;
import org.popnet.bench.HttpAsker;
import org.popnet.bench.Programs;
import org.popnet.local.LocalNetwork;
import org.popnet.local.ProcessStatus;

/**
 * An edge as it runs in a network: an origin-fetch server and a name server in its POP, a log server that it ships to,
 * each a process. The edge alone is held to the server's core.
 */
final class MeasuredEdge implements AutoCloseable {
    static final String EDGE = "edge1.westusa";
    private static final String FETCH = "fetch1.westusa";
    private static final String OTHER_EDGE = "edge2.westusa";
    private static final int INSTANCE = 87;
    /** Of all event loops, as {@code jcmd Thread.print -e} tells it. */
    private static final Pattern ALLOCATED = Pattern.compile("\"edge-[0-9-]+\".* allocated=([0-9]+)([BKMG])");

    private final LocalNetwork network;

    private MeasuredEdge(LocalNetwork network) {
        this.network = network;
    }

    static MeasuredEdge start(Path directory, int megabytes, java.util.function.Consumer<String> progress)
            throws IOException, InterruptedException {
        LocalNetwork network = LocalNetwork.builder()
                .instance(INSTANCE)
                .state(directory)
                .only("admin.hq", "log.hq", "dns.westusa", FETCH, EDGE)
                .demo()
                // One event loop for the one core, as nginx has one worker.
                .jvmOptions(
                        "-XX:MaxDirectMemorySize=1g",
                        "-Dpopnet.edge.memory=" + megabytes + "MB",
                        "-Dpopnet.edge.threads=1")
                .startTimeout(Duration.ofMinutes(3))
                .progress(progress)
                .start();
        MeasuredEdge measured = new MeasuredEdge(network);
        measured.hold();
        return measured;
    }

    /** Every process of the network to the generator's core, the edge to the server's. */
    private void hold() throws IOException, InterruptedException {
        if (Core.SERVER.launcher().isEmpty()) {
            return;
        }
        for (ProcessStatus process : network.status()) {
            Long pid = process.pid();
            if (pid != null) {
                String core = process.name().equals(EDGE) ? "0" : "1";
                Programs.output(List.of("taskset", "-a", "-c", "-p", core, pid.toString()));
            }
        }
    }

    /** Where the customer's server of the measured site is looked for. */
    static InetSocketAddress origin() {
        return new InetSocketAddress("127." + (100 + INSTANCE) + ".11.1", 8080);
    }

    InetSocketAddress address() {
        var node = network.node(EDGE);
        return new InetSocketAddress(node.address(), node.ports().http());
    }

    ProcessHandle process() {
        long pid = network.status().stream()
                .filter(p -> p.name().equals(EDGE))
                .map(ProcessStatus::pid)
                .filter(p -> p != null)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("the edge does not run"));
        return ProcessHandle.of(pid).orElseThrow();
    }

    /** Bytes that the event loops have allocated on heap since they run. */
    double allocatedBytes() throws IOException, InterruptedException {
        String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        String threads = Programs.output(List.of(jcmd, Long.toString(process().pid()), "Thread.print", "-e"));
        double bytes = 0;
        for (Matcher m = ALLOCATED.matcher(threads); m.find(); ) {
            bytes += Double.parseDouble(m.group(1)) * (1L << (10 * "BKMG".indexOf(m.group(2))));
        }
        return bytes;
    }

    /** Heap in use after a full collection. */
    double liveHeapBytes() throws IOException, InterruptedException {
        String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        String histogram = Programs.output(List.of(jcmd, Long.toString(process().pid()), "GC.class_histogram"));
        String total = histogram
                .lines()
                .filter(line -> line.startsWith("Total"))
                .findFirst()
                .orElseThrow(() -> new IOException(
                        "jcmd said: " + histogram.lines().findFirst().orElse("nothing")));
        return Double.parseDouble(total.strip().split("\\s+")[2]);
    }

    /** Has the origin-fetch server store these, asking it as the POP's other edge would. */
    void store(int from, int to) throws IOException {
        InetSocketAddress fetch = new InetSocketAddress(
                network.node(FETCH).address(), network.node(FETCH).ports().fetch());
        try (HttpAsker asker = new HttpAsker(fetch, network.node(OTHER_EDGE).address(), EdgeBench.SITE)) {
            for (int i = from; i < to; i++) {
                asker.ask("/miss/" + i);
            }
        }
    }

    @Override
    public void close() {
        network.close();
    }
}
