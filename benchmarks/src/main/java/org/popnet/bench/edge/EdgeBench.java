package org.popnet.bench.edge;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.popnet.bench.Core;
import org.popnet.bench.Figures;
import org.popnet.bench.HttpAsker;
import org.popnet.bench.HttpContest;
import org.popnet.bench.HttpLoad;
import org.popnet.bench.HttpLoad.Sample;
import org.popnet.bench.Machine;
import org.popnet.bench.MeasuredNode;
import org.popnet.bench.MeasurementCommand;
import org.popnet.bench.Programs;
import org.popnet.bench.Report;
import org.popnet.bench.Rounds;
import org.popnet.bench.ServerProcess;
import org.popnet.bench.Usage;
import org.popnet.bench.Verdict;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ./popnet bench edge}: T4, T6 and the edge's part of T12. */
@Command(
        name = "edge",
        mixinStandardHelpOptions = true,
        description = "Hits of 1 KB, 100 KB and 10 MB, a Zipf mix ten times larger than memory, and misses, of an edge"
                + " beside nginx and Varnish (wrk); what a hit allocates, an object and an idle connection occupy.")
public final class EdgeBench extends MeasurementCommand {
    static final String SITE = "static.customer1.example";
    private static final String OURS = "Popnet";
    private static final int MEMORY_MB = 256;
    private static final int MIX_BYTES = 64 * 1024;
    private static final int MIX_OBJECTS = 10 * MEMORY_MB * ((1 << 20) / MIX_BYTES);
    private static final String MIX = "Zipf mix";
    private static final int CONNECTIONS = 64;
    private static final int MISSES = 2_000;
    private static final int SMALL_OBJECTS = 10_000;
    private static final int IDLE_CONNECTIONS = 10_000;
    private static final Duration READY = Duration.ofSeconds(20);
    /** What is asked for, by the name of its row. */
    private static final Map<String, String> PATHS = paths();

    @Option(names = "--rounds", paramLabel = "N", defaultValue = "3", description = "Of each server; ${DEFAULT-VALUE}.")
    private int rounds;

    @Option(names = "--seconds", paramLabel = "N", defaultValue = "3", description = "Of a round; ${DEFAULT-VALUE}.")
    private int seconds;

    @Option(names = "--warm-up", paramLabel = "N", defaultValue = "40", description = "Seconds; ${DEFAULT-VALUE}.")
    private int warmUp;

    private static Map<String, String> paths() {
        Map<String, String> paths = new LinkedHashMap<>();
        paths.put("1 KB", "/1k");
        paths.put("100 KB", "/100k");
        paths.put("10 MB", "/10m");
        return paths;
    }

    @Override
    protected Report measure(Machine machine) throws Exception {
        Report report = new Report("Edge");
        List<String> needed =
                List.of("nginx", "wrk").stream().filter(p -> !Programs.has(p)).toList();
        if (!needed.isEmpty()) {
            return report.missing(needed).verdict(Verdict.open("T4", "nginx serves as origin, and wrk asks"));
        }
        report.version("wrk", Programs.version("wrk", "-v"));
        Path directory = workDirectory("edge");
        MeasuredNode.clear(directory);
        Files.createDirectories(directory);
        Map<String, ServerProcess> processes = new LinkedHashMap<>();
        try {
            processes.put("origin", origin(directory.resolve("origin")));
            try (MeasuredEdge edge = MeasuredEdge.start(directory.resolve("state"), MEMORY_MB, this::progress)) {
                measure(report, edge, ZipfScript.write(directory, MIX_OBJECTS), directory, processes);
            }
        } finally {
            processes.values().forEach(ServerProcess::close);
            MeasuredNode.clear(Peer.NGINX_CACHE);
        }
        return report;
    }

    /** Files of every size from an nginx that stands for the customer's server, on the generator's core. */
    private static ServerProcess origin(Path directory) throws IOException, InterruptedException {
        Path files = directory.resolve("files");
        Files.createDirectories(files.resolve("mix"));
        Random random = new Random(1);
        for (Map.Entry<String, Integer> file : Map.of(
                        "1k", 1024, "100k", 100 * 1024, "10m", 10 << 20, "mixed", MIX_BYTES)
                .entrySet()) {
            byte[] bytes = new byte[file.getValue()];
            random.nextBytes(bytes);
            Files.write(files.resolve(file.getKey()), bytes);
        }
        InetSocketAddress address = MeasuredEdge.origin();
        List<String> command =
                Peer.nginx(directory, """
                    access_log off;
                    keepalive_requests 100000000;
                    etag off;
                    add_header Cache-Control "max-age=86400";
                    server {
                      listen %s:%d;
                      root %s;
                      location /mix/ { rewrite ^ /mixed break; }
                      location /miss/ { rewrite ^ /1k break; }
                      location /small/ { rewrite ^ /1k break; }
                    }
                """.formatted(address.getAddress().getHostAddress(), address.getPort(), files));
        return ServerProcess.start("origin", command, directory, Core.GENERATOR)
                .awaitReady(() -> answers(address, "/1k"), READY);
    }

    private static boolean answers(InetSocketAddress server, String path) {
        return HttpAsker.answers(server, InetAddress.getLoopbackAddress(), SITE, path);
    }

    private void measure(
            Report report, MeasuredEdge edge, Path zipf, Path directory, Map<String, ServerProcess> processes)
            throws Exception {
        Map<String, Map<String, HttpLoad>> loads = new LinkedHashMap<>();
        PATHS.keySet().forEach(what -> loads.put(what, new LinkedHashMap<>()));
        loads.put(MIX, new LinkedHashMap<>());
        add(loads, OURS, edge.address(), edge.process(), zipf);
        List<String> missing = new ArrayList<>();
        for (Peer peer : Peer.values()) {
            if (!Programs.has(peer.program)) {
                missing.add(peer.title);
                continue;
            }
            Path home = directory.resolve(peer.program);
            List<String> command = peer.prepare(home, MeasuredEdge.origin(), MEMORY_MB);
            ServerProcess process = ServerProcess.start(peer.program, command, home)
                    .awaitReady(() -> answers(peer.address(), "/1k"), READY);
            processes.put(peer.title, process);
            add(loads, peer.title, peer.address(), process.handle(), zipf);
            report.version(peer.title, Programs.version(peer.program, peer == Peer.NGINX ? "-v" : "-V"));
        }
        report.missing(missing);
        progress("warming up");
        for (Map<String, HttpLoad> servers : loads.values()) {
            for (Map.Entry<String, HttpLoad> server : servers.entrySet()) {
                server.getValue().run(server.getKey().equals(OURS) ? Math.max(1, warmUp / loads.size()) : 1);
            }
        }
        HttpContest contest = new HttpContest(report, "hits", OURS, rounds, this::progress);
        for (Map.Entry<String, Map<String, HttpLoad>> what : loads.entrySet()) {
            judge(report, what.getKey(), contest.play(what.getKey(), HttpContest.runs(what.getValue(), seconds)));
        }
        double before = edge.allocatedBytes();
        long requests = load(edge.address(), edge.process(), "/1k").run(seconds).requests();
        report.verdict(Verdict.atMost(
                "T4 allocated per hit of 1 KB ≤ 1 KB, logging included",
                (edge.allocatedBytes() - before) / requests,
                1024,
                "bytes"));
        misses(report, edge);
        objects(report, edge);
        idle(report, edge);
        report.note("The edge runs in a network with an origin-fetch server, a name server and the log server that it"
                + " ships its records to, the mix in " + MEMORY_MB + " MB of memory each, " + MIX_OBJECTS
                + " objects of 64 KB. nginx writes an access log, Varnish none. " + CONNECTIONS
                + " connections.");
    }

    private static HttpLoad load(InetSocketAddress server, ProcessHandle process, String path) {
        return new HttpLoad(server, process, SITE, CONNECTIONS, path);
    }

    private static void add(
            Map<String, Map<String, HttpLoad>> loads,
            String name,
            InetSocketAddress server,
            ProcessHandle process,
            Path zipf) {
        loads.forEach((what, servers) -> {
            String path = PATHS.get(what);
            servers.put(name, path == null ? load(server, process, "/").script(zipf) : load(server, process, path));
        });
    }

    private static void judge(Report report, String what, Rounds<Sample> contest) {
        double ours = contest.median(OURS, Sample::cpuMicros);
        List<String> peers =
                contest.contenders().stream().filter(s -> !s.equals(OURS)).toList();
        if (peers.isEmpty()) {
            return;
        }
        if (what.equals("1 KB")) {
            for (String peer : peers) {
                double bound = peer.equals(Peer.NGINX.title) ? 0.7 : 0.5;
                report.verdict(Verdict.ratio(
                        "T4 1 KB: CPU per request ≤ " + bound + " × " + peer + "'s",
                        ours,
                        peer,
                        contest.median(peer, Sample::cpuMicros),
                        bound));
            }
        } else if (what.equals("100 KB")) {
            String best = contest.least(peers, Sample::cpuMicros);
            report.verdict(Verdict.ratio(
                    "T4 100 KB: CPU per request ≤ 0.7 × the better of both",
                    ours,
                    best,
                    contest.median(best, Sample::cpuMicros),
                    0.7));
        }
    }

    private void misses(Report report, MeasuredEdge edge) throws IOException {
        progress("misses");
        edge.store(0, MISSES);
        InetAddress self = InetAddress.getLoopbackAddress();
        List<Double> direct = new ArrayList<>();
        List<Double> missed = new ArrayList<>();
        try (HttpAsker origin = new HttpAsker(MeasuredEdge.origin(), self, SITE);
                HttpAsker asker = new HttpAsker(edge.address(), self, SITE)) {
            for (int i = 0; i < MISSES; i++) {
                double ofOrigin = origin.ask("/miss/" + i);
                double ofEdge = asker.ask("/miss/" + i);
                if (i >= MISSES / 2) { // the first half warms up
                    direct.add(ofOrigin);
                    missed.add(ofEdge);
                }
            }
        }
        report.verdict(Verdict.atMost(
                "T6 a miss, object on origin-fetch's disk: median time to first byte ≤ 2 ms over the origin's own",
                Figures.median(missed) - Figures.median(direct),
                2,
                "ms"));
    }

    private void objects(Report report, MeasuredEdge edge) throws IOException, InterruptedException {
        progress("objects");
        double before = edge.liveHeapBytes();
        try (HttpAsker asker = new HttpAsker(edge.address(), InetAddress.getLoopbackAddress(), SITE)) {
            for (int i = 0; i < SMALL_OBJECTS; i++) {
                asker.ask("/small/" + i);
            }
        }
        report.verdict(Verdict.atMost(
                "T12 heap per stored object ≤ 1.5 KB over its body",
                (edge.liveHeapBytes() - before) / SMALL_OBJECTS,
                1536,
                "bytes"));
    }

    private void idle(Report report, MeasuredEdge edge) throws IOException {
        progress("idle connections");
        double before = Usage.pssBytes(edge.process());
        List<HttpAsker> idle = new ArrayList<>();
        try {
            for (int i = 0; i < IDLE_CONNECTIONS; i++) {
                HttpAsker asker = new HttpAsker(edge.address(), InetAddress.getLoopbackAddress(), SITE);
                idle.add(asker);
                asker.ask("/1k");
            }
            double after = Usage.pssBytes(edge.process());
            for (HttpAsker asker : idle) {
                asker.ask("/1k"); // all of them are still open
            }
            report.verdict(Verdict.atMost(
                    "T12 " + IDLE_CONNECTIONS + " idle connections ≤ 200 MB", (after - before) / (1 << 20), 200, "MB"));
            report.note("With " + IDLE_CONNECTIONS + " idle connections, each of which has had an answer and gets"
                    + " another afterwards, the edge's process takes " + Figures.of(after / (1 << 20))
                    + " MB in all (PSS).");
        } finally {
            for (HttpAsker asker : idle) {
                asker.close();
            }
        }
    }
}
