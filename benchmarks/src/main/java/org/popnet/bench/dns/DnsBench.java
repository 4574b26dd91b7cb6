package org.popnet.bench.dns;

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
import org.popnet.bench.Core;
import org.popnet.bench.Figures;
import org.popnet.bench.Machine;
import org.popnet.bench.MeasurementCommand;
import org.popnet.bench.Programs;
import org.popnet.bench.Report;
import org.popnet.bench.Rounds;
import org.popnet.bench.ServerProcess;
import org.popnet.bench.Stalls;
import org.popnet.bench.Usage;
import org.popnet.bench.Verdict;
import org.popnet.platform.tree.Service;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** T1 and T3: what a steered answer costs, and how soon and with how much memory the name server is there. */
@Command(
        name = "dns",
        mixinStandardHelpOptions = true,
        description = "The name server beside Knot, NSD, gdnsd and PowerDNS (dnsperf); its start with 10,000 domains.")
public final class DnsBench extends MeasurementCommand {
    private static final String OURS = "Popnet";
    private static final int DOMAINS = 10_000;
    private static final int PREFIXES = 100_000;
    private static final int COVERAGE = 100_000;
    /** All queries come from one address. */
    private static final String NO_LIMIT = "popnet.dns.response-limit.answers-per-second=0";

    /** In seconds. */
    private static final int PACED_WARM_UP = 1;

    private static final int PACED = 4;

    private static final Duration READY = Duration.ofSeconds(30);

    @Option(names = "--rounds", paramLabel = "N", defaultValue = "7", description = "Of each server; ${DEFAULT-VALUE}.")
    private int rounds;

    @Option(names = "--seconds", paramLabel = "N", defaultValue = "4", description = "Of a round; ${DEFAULT-VALUE}.")
    private int seconds;

    @Option(names = "--warm-up", paramLabel = "N", defaultValue = "25", description = "Seconds; ${DEFAULT-VALUE}.")
    private int warmUp;

    @Option(names = "--part", paramLabel = "PART", defaultValue = "BOTH", description = "START, ANSWERS or BOTH.")
    private Part part = Part.BOTH;

    @Option(names = "--jvm", paramLabel = "OPTION", description = "Added to our name server's JVM options.")
    private List<String> jvmOptions = List.of();

    @Option(names = "--set", paramLabel = "KEY=VALUE", description = "A setting of our name server.")
    private List<String> settings = List.of();

    /** What is measured. */
    enum Part {
        START,
        ANSWERS,
        BOTH
    }

    @Override
    protected Report measure(Machine machine) throws Exception {
        Report report = new Report("Name server");
        Path directory = workDirectory("dns");
        if (part != Part.ANSWERS) {
            start(report, directory.resolve("start"));
        }
        if (part == Part.START) {
            return report;
        }
        if (Programs.has("dnsperf")) {
            report.version("dnsperf", Programs.version("dnsperf", "-H"));
            answers(report, directory);
        } else {
            report.missing(List.of("dnsperf")).verdict(Verdict.open("T1", "there is no dnsperf to ask with"));
        }
        return report;
    }

    private List<String> allSettings() {
        List<String> all = new ArrayList<>(List.of(NO_LIMIT));
        all.addAll(settings);
        return all;
    }

    private void start(Report report, Path directory) throws Exception {
        progress("start with " + DOMAINS + " domains and " + COVERAGE + " coverage CIDRs");
        try (MeasuredNameServer server = MeasuredNameServer.prepare(
                directory, BenchNetwork.tree(DOMAINS, COVERAGE), 0, allSettings(), jvmOptions, List.of())) {
            List<Double> toAnswer = new ArrayList<>();
            long pss = 0;
            long rss = 0;
            for (int i = 0; i < 3; i++) {
                long begin = System.nanoTime();
                FirstAnswer first = new FirstAnswer(server.address(), begin);
                server.start();
                toAnswer.add(first.awaitMs() / 1000);
                pss = Math.max(pss, Usage.pssBytes(server.process()));
                rss = Math.max(rss, Usage.rssBytes(server.process()));
                server.network().stop(BenchNetwork.NAME_SERVER);
            }
            double median = Figures.median(toAnswer);
            report.verdict(Verdict.atMost("T3 start to first answer < 5 s", median, 5, "s"))
                    .verdict(Verdict.atMost(
                            "T3 memory ≤ 512 MB (PSS)", pss / 1e6, 512, "MB (RSS " + Figures.of(rss / 1e6) + ")"))
                    .note(
                            "Started three times on all cores, the median counts, as after a restart: the last good tree and"
                                    + " settings on its disk, the admin service away; "
                                    + (Files.exists(installation().aotCache(Service.DNS))
                                            ? "with the ahead-of-time cache that ./popnet up makes."
                                            : "without an ahead-of-time cache (./popnet train makes it)."));
        }
    }

    private void answers(Report report, Path directory) throws Exception {
        Path queries = directory.resolve("queries");
        Files.createDirectories(directory);
        QueryFile.write(queries, DOMAINS, PREFIXES);
        Dnsperf dnsperf = new Dnsperf(queries);
        String tree = BenchNetwork.tree(DOMAINS, 0);
        progress("starting our name server");
        Map<String, ServerProcess> peers = new LinkedHashMap<>();
        try (MeasuredNameServer ours = MeasuredNameServer.prepare(
                directory.resolve("state"), tree, PREFIXES, allSettings(), jvmOptions, Core.SERVER.launcher())) {
            ours.start();
            try (Reporters reporters = new Reporters(
                    ours.network(), Files.readString(ours.network().state().tree()))) {
                ProcessHandle process = ours.process();
                Rounds<Dnsperf.Sample> contest = new Rounds<>(this::progress);
                contest.contender(OURS, () -> dnsperf.load(ours.address(), process, seconds));
                List<String> missing = new ArrayList<>();
                for (Peer peer : Peer.values()) {
                    if (Programs.has(peer.program)) {
                        InetSocketAddress address = address(peer);
                        ProcessHandle handle = start(peer, directory.resolve(peer.program), peers);
                        contest.contender(peer.title, () -> dnsperf.load(address, handle, seconds));
                        report.version(peer.title, Programs.version(peer.program, versionArgument(peer)));
                    } else {
                        missing.add(peer.title);
                    }
                }
                report.missing(missing);
                progress("warming up for " + warmUp + " s");
                dnsperf.load(ours.address(), process, warmUp);
                contest.play(rounds);
                double half = contest.median(OURS, Dnsperf.Sample::perSecond) / 2;
                progress("latencies at half load, after " + warmUp + " s of it");
                PacedAsker.run(ours.address(), queries, (long) half, 1, warmUp);
                List<Double> away = new ArrayList<>();
                Rounds<PacedAsker.Latencies> paced = new Rounds<>(this::progress);
                paced.contender(OURS, () -> {
                    away.add(Stalls.percent(Core.SERVER, PACED));
                    return paced(ours.address(), queries, half);
                });
                for (Peer peer : Peer.values()) {
                    if (peers.containsKey(peer.title) && contest.median(peer.title, Dnsperf.Sample::perSecond) > half) {
                        paced.contender(peer.title, () -> paced(address(peer), queries, half));
                    }
                }
                paced.play(rounds);
                judge(report, contest, paced, Figures.median(away), half, process);
            }
        } finally {
            peers.values().forEach(ServerProcess::close);
        }
    }

    private static PacedAsker.Latencies paced(InetSocketAddress server, Path queries, double perSecond)
            throws IOException, InterruptedException {
        return PacedAsker.run(server, queries, (long) perSecond, PACED_WARM_UP, PACED);
    }

    private static ProcessHandle start(Peer peer, Path directory, Map<String, ServerProcess> peers)
            throws IOException, InterruptedException {
        Files.createDirectories(directory);
        ServerProcess process = ServerProcess.start(peer.program, peer.prepare(directory, DOMAINS), directory);
        peers.put(peer.title, process);
        return process.awaitReady(() -> FirstAnswer.answers(address(peer)), READY)
                .handle();
    }

    private static String versionArgument(Peer peer) {
        return switch (peer) {
            case KNOT, POWERDNS -> "--version";
            case NSD -> "-v";
            case GDNSD -> "version";
        };
    }

    private static InetSocketAddress address(Peer peer) {
        return new InetSocketAddress(InetAddress.ofLiteral(Peer.ADDRESS), peer.port);
    }

    private void judge(
            Report report,
            Rounds<Dnsperf.Sample> contest,
            Rounds<PacedAsker.Latencies> latencies,
            double away,
            double half,
            ProcessHandle process) {
        Report.Table table = report.table(
                "server",
                "CPU µs/answer",
                "answers/s",
                "lost",
                "not NOERROR",
                "p50 ms at our half load",
                "p99",
                "p99.9",
                "p99 of a tenth of a second",
                "lost");
        for (String name : contest.contenders()) {
            long lost = contest.samples(name).stream()
                    .mapToLong(Dnsperf.Sample::lost)
                    .sum();
            long bad = contest.samples(name).stream()
                    .mapToLong(s -> s.answered() - s.good())
                    .sum();
            boolean reached = latencies.contenders().contains(name);
            table.row(
                    name.equals(OURS) ? "**Popnet**, steered" : name + ", " + kind(name),
                    Figures.of(contest.median(name, Dnsperf.Sample::cpuMicros)),
                    Figures.of(contest.median(name, Dnsperf.Sample::perSecond)),
                    Long.toString(lost),
                    Long.toString(bad),
                    reached ? Figures.of(latencies.median(name, PacedAsker.Latencies::p50)) : "not reached",
                    reached ? Figures.of(latencies.median(name, PacedAsker.Latencies::p99)) : "",
                    reached ? Figures.of(latencies.median(name, PacedAsker.Latencies::p999)) : "",
                    reached ? Figures.of(latencies.median(name, PacedAsker.Latencies::p99OfWindow)) : "",
                    reached ? Long.toString(lost(latencies, name)) : "");
        }
        double ours = contest.median(OURS, Dnsperf.Sample::cpuMicros);
        List<String> plain = contest.contenders().stream()
                .filter(name -> !name.equals(OURS) && !name.equals(Peer.POWERDNS.title))
                .toList();
        if (plain.isEmpty()) {
            report.verdict(Verdict.open("T1 CPU per answer ≤ the best of Knot, NSD, gdnsd", "none is installed"));
        } else {
            String best = contest.least(plain, Dnsperf.Sample::cpuMicros);
            report.verdict(Verdict.ratio(
                    "T1 CPU per answer ≤ the best of Knot, NSD, gdnsd",
                    ours,
                    best,
                    contest.median(best, Dnsperf.Sample::cpuMicros),
                    1));
        }
        if (contest.contenders().contains(Peer.POWERDNS.title)) {
            double powerdns = contest.median(Peer.POWERDNS.title, Dnsperf.Sample::cpuMicros);
            report.verdict(Verdict.ratio("T1 CPU per answer ≤ ¼ of PowerDNS LUA's", ours, "PowerDNS", powerdns, 0.25));
        }
        long lost =
                contest.samples(OURS).stream().mapToLong(Dnsperf.Sample::lost).sum();
        report.verdict(Verdict.atMost(
                        "T1 p99 < 1 ms at half load", latencies.median(OURS, PacedAsker.Latencies::p99), 1, "ms"))
                .verdict(Verdict.atMost(
                        "T1 the same, median of tenths of a second",
                        latencies.median(OURS, PacedAsker.Latencies::p99OfWindow),
                        1,
                        "ms"))
                .verdict(Verdict.atMost("T1 none lost", (double) lost + lost(latencies, OURS), 0, "lost"))
                .note("Every query is for one of " + DOMAINS + " domains, on behalf of one of " + PREFIXES
                        + " client subnets; our name server knows all of them from eight POPs with two edges each, half"
                        + " of its domains keep clients at their server, and all probes and edges report every second"
                        + " while it is measured. Response rate limiting is off everywhere. The others give each name the"
                        + " same answer or choose without knowing the client. Median of " + rounds + " rounds of "
                        + seconds + " s; half load is " + Figures.of(half) + " queries/s, asked"
                        + " at even intervals from one thread that never sleeps, medians of as many rounds; a latency"
                        + " counts from the moment that its query was due. "
                        + Figures.of(latencies.median(OURS, PacedAsker.Latencies::percentApart))
                        + " % of the queries were due while the asker itself was not running, or within as long after, and are"
                        + " not among them. A program on the server's core that never waits"
                        + " was away for more than a millisecond during " + Figures.of(away)
                        + " % of the time. Our process then takes "
                        + Figures.of(Usage.pssBytes(process) / 1e6) + " MB (PSS).");
    }

    private static long lost(Rounds<PacedAsker.Latencies> latencies, String name) {
        return latencies.samples(name).stream()
                .mapToLong(PacedAsker.Latencies::lost)
                .sum();
    }

    private static String kind(String title) {
        for (Peer peer : Peer.values()) {
            if (peer.title.equals(title)) {
                return peer.kind;
            }
        }
        return "";
    }
}
