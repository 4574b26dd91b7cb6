package org.popnet.bench.fetch;

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
import org.popnet.bench.Verdict;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ./popnet bench fetch}: T14's rates and the origin-fetch server's share of T6. */
@Command(
        name = "fetch",
        mixinStandardHelpOptions = true,
        description = "Objects of 1 KB, 10 MB and 64 MB from an origin-fetch server's disk (wrk), beside an nginx that"
                + " serves the same files, and the time to the first byte beside the origin's own.")
public final class FetchBench extends MeasurementCommand {
    private static final String OURS = "Popnet";
    private static final String NGINX = "nginx, plain files";
    private static final int SMALL_OBJECTS = 10_000;
    private static final int SMALL_CONNECTIONS = 32;
    private static final int LARGE_CONNECTIONS = 4;
    private static final int FIRST_BYTES = 400;
    private static final Duration READY = Duration.ofSeconds(20);
    private static final String SMALL = "1 KB";
    private static final String LARGE = "10 MB";
    private static final String FILM = "64 MB, by segments";

    @Option(names = "--rounds", paramLabel = "N", defaultValue = "3", description = "Of each server; ${DEFAULT-VALUE}.")
    private int rounds;

    @Option(names = "--seconds", paramLabel = "N", defaultValue = "3", description = "Of a round; ${DEFAULT-VALUE}.")
    private int seconds;

    @Option(names = "--warm-up", paramLabel = "N", defaultValue = "15", description = "Seconds; ${DEFAULT-VALUE}.")
    private int warmUp;

    @Option(
            names = "--jvm-option",
            paramLabel = "OPTION",
            description = "Of the measured server, for profiles; may be repeated.")
    private List<String> jvmOptions = List.of();

    @Override
    protected Report measure(Machine machine) throws Exception {
        Report report = new Report("Origin-fetch");
        List<String> needed =
                List.of("nginx", "wrk").stream().filter(p -> !Programs.has(p)).toList();
        if (!needed.isEmpty()) {
            return report.missing(needed).verdict(Verdict.open("T14", "nginx serves as origin, and wrk asks"));
        }
        report.version("wrk", Programs.version("wrk", "-v")).version("nginx", Programs.version("nginx", "-v"));
        Path directory = workDirectory("fetch");
        MeasuredNode.clear(directory);
        try (ServerProcess origin = nginx(directory.resolve("origin"), MeasuredFetch.ORIGIN_PORT, Core.GENERATOR);
                ServerProcess peer = nginx(directory.resolve("peer"), MeasuredFetch.PEER_PORT, Core.SERVER);
                MeasuredFetch fetch = MeasuredFetch.start(directory.resolve("state"), jvmOptions)) {
            measure(report, fetch, origin, peer, directory);
        } finally {
            MeasuredNode.clear(directory);
        }
        return report;
    }

    /** Files of every size, on this core. */
    private static ServerProcess nginx(Path directory, int port, Core core) throws IOException, InterruptedException {
        Path files = directory.resolve("files");
        Files.createDirectories(files);
        Random random = new Random(1);
        for (Map.Entry<String, Integer> file :
                Map.of("1k", 1024, "10m", 10 << 20, "64m", 64 << 20).entrySet()) {
            byte[] bytes = new byte[file.getValue()];
            random.nextBytes(bytes);
            Files.write(files.resolve(file.getKey()), bytes);
        }
        Path configuration = directory.resolve("nginx.conf");
        Files.writeString(configuration, """
                daemon off;
                worker_processes 1;
                pid %1$s/pid;
                error_log %1$s/error.log warn;
                events { worker_connections 1024; }
                http {
                  access_log off;
                  sendfile on;
                  tcp_nopush on;
                  keepalive_requests 100000000;
                  add_header Cache-Control "max-age=86400";
                  client_body_temp_path %1$s/body;
                  proxy_temp_path %1$s/proxy;
                  fastcgi_temp_path %1$s/fastcgi;
                  uwsgi_temp_path %1$s/uwsgi;
                  scgi_temp_path %1$s/scgi;
                  server {
                    listen %2$s:%3$d;
                    root %4$s;
                    location /small/ { rewrite ^ /1k break; }
                  }
                }
                """.formatted(directory, MeasuredFetch.ORIGIN, port, files));
        return ServerProcess.start(
                        "nginx",
                        Programs.command("nginx", "-p", directory.toString(), "-c", configuration.toString()),
                        directory,
                        core)
                .awaitReady(() -> answers(port), READY);
    }

    private static boolean answers(int port) {
        return HttpAsker.answers(at(MeasuredFetch.ORIGIN, port), edge(), MeasuredFetch.SITE, "/1k");
    }

    private static HttpAsker asker(String address, int port) throws IOException {
        return new HttpAsker(at(address, port), edge(), MeasuredFetch.SITE);
    }

    private static InetSocketAddress at(String address, int port) {
        return new InetSocketAddress(address, port);
    }

    private static InetAddress edge() {
        return at(MeasuredFetch.EDGE, 0).getAddress();
    }

    private void measure(Report report, MeasuredFetch fetch, ServerProcess origin, ServerProcess peer, Path directory)
            throws Exception {
        progress("storing " + SMALL_OBJECTS + " small objects and two large ones");
        try (HttpAsker asker = asker(MeasuredFetch.ADDRESS, MeasuredFetch.PORT)) {
            for (int i = 0; i < SMALL_OBJECTS; i++) {
                asker.ask("/small/" + i);
            }
            asker.ask("/10m");
            asker.ask("/64m");
        }
        Map<String, Map<String, HttpLoad>> loads = new LinkedHashMap<>();
        List.of(SMALL, LARGE, FILM).forEach(what -> loads.put(what, new LinkedHashMap<>()));
        Path many = smallObjects(directory);
        add(loads, OURS, at(MeasuredFetch.ADDRESS, MeasuredFetch.PORT), fetch.process(), many);
        add(loads, NGINX, at(MeasuredFetch.ORIGIN, MeasuredFetch.PEER_PORT), peer.handle(), many);
        progress("warming up");
        for (Map<String, HttpLoad> servers : loads.values()) {
            at(servers, OURS).run(Math.max(1, warmUp / loads.size()));
        }
        HttpContest contest = new HttpContest(report, "from disk", OURS, rounds, this::progress);
        Map<String, Rounds<Sample>> results = new LinkedHashMap<>();
        for (Map.Entry<String, Map<String, HttpLoad>> what : loads.entrySet()) {
            results.put(what.getKey(), contest.play(what.getKey(), HttpContest.runs(what.getValue(), seconds)));
        }
        double large = at(results, LARGE).median(OURS, Sample::megabytesPerSecond);
        report.verdict(Verdict.atLeast("T14 objects of 10 MB from disk ≥ 800 MB/s on loopback", large, 800, "MB/s"));
        double perCore = 1e6 / at(results, SMALL).median(OURS, Sample::cpuMicros);
        double small = at(results, SMALL).median(OURS, Sample::perSecond);
        report.verdict(Verdict.atLeast("T14 small objects ≥ 10,000/s on one core", small, 10_000, "/s"));
        report.verdict(Verdict.atLeast(
                "T14 small objects ≥ 10,000 per second of the server's CPU time", perCore, 10_000, "/s"));
        firstBytes(report);
        report.note("Server on one core, wrk and the origin on the other; 1 KB is one of " + SMALL_OBJECTS
                + " objects, each a file, over " + SMALL_CONNECTIONS + " connections, the large ones over "
                + LARGE_CONNECTIONS + ". \"From disk\" is from files that the system's page cache holds: what the disk"
                + " itself takes comes on top.");
    }

    private static void add(
            Map<String, Map<String, HttpLoad>> loads,
            String name,
            InetSocketAddress server,
            ProcessHandle process,
            Path many) {
        String site = MeasuredFetch.SITE;
        at(loads, SMALL).put(name, new HttpLoad(server, process, site, SMALL_CONNECTIONS, "/").script(many));
        at(loads, LARGE).put(name, new HttpLoad(server, process, site, LARGE_CONNECTIONS, "/10m"));
        at(loads, FILM).put(name, new HttpLoad(server, process, site, LARGE_CONNECTIONS, "/64m"));
    }

    /** Has wrk ask for one small object after the other. */
    private static Path smallObjects(Path directory) throws IOException {
        return Files.writeString(directory.resolve("many.lua"), """
                local n, next, requests = %d, 0, {}
                init = function()
                  for i = 0, n - 1 do requests[i] = wrk.format("GET", "/small/" .. i) end
                end
                request = function()
                  next = (next + 7919) %% n
                  return requests[next]
                end
                """.formatted(SMALL_OBJECTS));
    }

    private static <T> T at(Map<String, T> map, String key) {
        T found = map.get(key);
        if (found == null) {
            throw new IllegalArgumentException("no " + key);
        }
        return found;
    }

    private void firstBytes(Report report) throws IOException {
        progress("first bytes");
        List<Double> direct = new ArrayList<>();
        List<Double> stored = new ArrayList<>();
        try (HttpAsker origin = asker(MeasuredFetch.ORIGIN, MeasuredFetch.ORIGIN_PORT);
                HttpAsker asker = asker(MeasuredFetch.ADDRESS, MeasuredFetch.PORT)) {
            for (int i = 0; i < FIRST_BYTES; i++) {
                double ofOrigin = origin.ask("/small/" + i);
                double ofFetch = asker.ask("/small/" + i);
                if (i >= FIRST_BYTES / 2) { // the first half warms up
                    direct.add(ofOrigin);
                    stored.add(ofFetch);
                }
            }
        }
        report.verdict(Verdict.atMost(
                "T6 origin-fetch's share, object on its disk: median time to first byte ≤ 2 ms over the origin's own",
                Figures.median(stored) - Figures.median(direct),
                2,
                "ms"));
    }
}
