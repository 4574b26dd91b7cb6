package org.popnet.bench.edge;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.popnet.bench.Core;
import org.popnet.bench.Figures;
import org.popnet.bench.Machine;
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
        delete(directory);
        Files.createDirectories(directory);
        Map<String, ServerProcess> processes = new LinkedHashMap<>();
        try {
            processes.put("origin", origin(directory.resolve("origin")));
            try (MeasuredEdge edge = MeasuredEdge.start(directory.resolve("state"), MEMORY_MB, this::progress)) {
                measure(report, edge, new Wrk(directory, MIX_OBJECTS), directory, processes);
            }
        } finally {
            processes.values().forEach(ServerProcess::close);
            delete(Peer.NGINX_CACHE);
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
        try (MeasuredEdge.Asker asker = new MeasuredEdge.Asker(server, InetAddress.getLoopbackAddress())) {
            asker.ask(path);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private void measure(
            Report report, MeasuredEdge edge, Wrk wrk, Path directory, Map<String, ServerProcess> processes)
            throws Exception {
        Map<String, InetSocketAddress> addresses = new LinkedHashMap<>();
        Map<String, ProcessHandle> handles = new LinkedHashMap<>();
        addresses.put(OURS, edge.address());
        handles.put(OURS, edge.process());
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
            addresses.put(peer.title, peer.address());
            handles.put(peer.title, process.handle());
            report.version(peer.title, Programs.version(peer.program, peer == Peer.NGINX ? "-v" : "-V"));
        }
        report.missing(missing);
        progress("warming up");
        for (String server : addresses.keySet()) {
            int share = server.equals(OURS) ? Math.max(1, warmUp / (PATHS.size() + 1)) : 1;
            for (String path : PATHS.values()) {
                wrk.load(at(addresses, server), at(handles, server), path, share);
            }
            wrk.mix(at(addresses, server), at(handles, server), share);
        }
        Report.Table table = report.table("hits", "server", "CPU µs/request", "requests/s");
        for (Map.Entry<String, String> path : PATHS.entrySet()) {
            hits(
                    report,
                    table,
                    path.getKey(),
                    contest(
                            addresses,
                            handles,
                            s -> wrk.load(at(addresses, s), at(handles, s), path.getValue(), seconds)));
        }
        hits(
                report,
                table,
                "Zipf mix",
                contest(addresses, handles, s -> wrk.mix(at(addresses, s), at(handles, s), seconds)));
        double before = edge.allocatedBytes();
        long requests = wrk.load(edge.address(), edge.process(), "/1k", seconds).requests();
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
                + " objects of 64 KB. nginx writes an access log, Varnish none. " + Wrk.CONNECTIONS
                + " connections.");
    }

    private static <T> T at(Map<String, T> map, String key) {
        T found = map.get(key);
        if (found == null) {
            throw new IllegalArgumentException("no " + key);
        }
        return found;
    }

    /** One server's turn. */
    private interface Turn {
        Wrk.Sample run(String server) throws Exception;
    }

    private Rounds<Wrk.Sample> contest(
            Map<String, InetSocketAddress> addresses, Map<String, ProcessHandle> handles, Turn turn) throws Exception {
        Rounds<Wrk.Sample> contest = new Rounds<>(this::progress);
        addresses.keySet().forEach(server -> contest.contender(server, () -> turn.run(server)));
        return contest.play(rounds);
    }

    private static void hits(Report report, Report.Table table, String what, Rounds<Wrk.Sample> contest) {
        for (String server : contest.contenders()) {
            table.row(
                    what,
                    server,
                    Figures.of(contest.median(server, Wrk.Sample::cpuMicros)),
                    Figures.of(contest.median(server, Wrk.Sample::perSecond)));
        }
        double ours = contest.median(OURS, Wrk.Sample::cpuMicros);
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
                        contest.median(peer, Wrk.Sample::cpuMicros),
                        bound));
            }
        } else if (what.equals("100 KB")) {
            String best = contest.least(peers, Wrk.Sample::cpuMicros);
            report.verdict(Verdict.ratio(
                    "T4 100 KB: CPU per request ≤ 0.7 × the better of both",
                    ours,
                    best,
                    contest.median(best, Wrk.Sample::cpuMicros),
                    0.7));
        }
    }

    private void misses(Report report, MeasuredEdge edge) throws IOException {
        progress("misses");
        edge.store(0, MISSES);
        InetAddress self = InetAddress.getLoopbackAddress();
        List<Double> direct = new ArrayList<>();
        List<Double> missed = new ArrayList<>();
        try (MeasuredEdge.Asker origin = new MeasuredEdge.Asker(MeasuredEdge.origin(), self);
                MeasuredEdge.Asker asker = new MeasuredEdge.Asker(edge.address(), self)) {
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
        try (MeasuredEdge.Asker asker = new MeasuredEdge.Asker(edge.address(), InetAddress.getLoopbackAddress())) {
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
        List<MeasuredEdge.Asker> idle = new ArrayList<>();
        try {
            for (int i = 0; i < IDLE_CONNECTIONS; i++) {
                MeasuredEdge.Asker asker = new MeasuredEdge.Asker(edge.address(), InetAddress.getLoopbackAddress());
                idle.add(asker);
                asker.ask("/1k");
            }
            double after = Usage.pssBytes(edge.process());
            for (MeasuredEdge.Asker asker : idle) {
                asker.ask("/1k"); // all of them are still open
            }
            report.verdict(Verdict.atMost(
                    "T12 " + IDLE_CONNECTIONS + " idle connections ≤ 200 MB", (after - before) / (1 << 20), 200, "MB"));
            report.note("With " + IDLE_CONNECTIONS + " idle connections, each of which has had an answer and gets"
                    + " another afterwards, the edge's process takes " + Figures.of(after / (1 << 20))
                    + " MB in all (PSS).");
        } finally {
            for (MeasuredEdge.Asker asker : idle) {
                asker.close();
            }
        }
    }

    private static void delete(Path tree) throws IOException {
        if (Files.exists(tree)) {
            try (var paths = Files.walk(tree)) {
                for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
    }
}
