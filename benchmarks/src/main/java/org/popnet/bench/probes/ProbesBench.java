package org.popnet.bench.probes;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.popnet.bench.Figures;
import org.popnet.bench.Machine;
import org.popnet.bench.MeasurementCommand;
import org.popnet.bench.Report;
import org.popnet.bench.Usage;
import org.popnet.bench.Verdict;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** T15: what one probe on one core keeps up with. */
@Command(
        name = "probes",
        mixinStandardHelpOptions = true,
        description = {
            "A probe on one core with 2,000 HTTP targets at 1 s: checks per second, how late they begin, what they cost; then"
                    + " 10,000 resolvers in a minute besides, as a name server asks for them."
        })
public final class ProbesBench extends MeasurementCommand {
    private static final int TARGETS = 2000;
    private static final double INTERVAL_SECONDS = 1;
    private static final int RESOLVERS = ProbedWorld.RESOLVERS_MAX;
    private static final int RESOLVER_SECONDS = 60;
    private static final double LAG_MS_MAX = 50;

    @Option(names = "--seconds", paramLabel = "N", defaultValue = "30", description = "Measured; ${DEFAULT-VALUE}.")
    private int seconds;

    @Option(names = "--warm-up", paramLabel = "N", defaultValue = "40", description = "Seconds; ${DEFAULT-VALUE}.")
    private int warmUp;

    @Option(names = "--jvm", paramLabel = "OPTION", description = "Added to the probe's JVM options.")
    private List<String> jvmOptions = List.of();

    @Override
    protected Report measure(Machine machine) throws Exception {
        Path directory = workDirectory("probes");
        Path state = directory.resolve("state");
        try (MeasuredProbe probe =
                MeasuredProbe.prepare(state, ProbedWorld.tree(TARGETS), Duration.ofSeconds(seconds), jvmOptions)) {
            Files.createDirectories(directory);
            progress("starting " + TARGETS + " targets, " + RESOLVERS + " resolvers and the probe");
            try (SurroundingsProcess surroundings = SurroundingsProcess.start(
                    installation(), state, MeasuredProbe.INSTANCE, RESOLVERS, directory.resolve("surroundings.log"))) {
                probe.start();
                progress("warming up for " + warmUp + " s");
                for (int i = 0; i < warmUp; i++) {
                    pause(1);
                    surroundings.ask("count");
                }
                return measure(probe, surroundings);
            }
        }
    }

    private Report measure(MeasuredProbe probe, SurroundingsProcess surroundings) throws Exception {
        progress("checks alone, " + seconds + " s");
        MeasuredProbe.Reading begin = probe.read();
        double[] reportedBefore = surroundings.ask("count");
        pause(seconds);
        MeasuredProbe.Reading alone = probe.read();
        double[] reportedAlone = surroundings.ask("count");
        progress("checks, and " + RESOLVERS + " resolvers in " + RESOLVER_SECONDS + " s");
        double[] resolvers = surroundings.ask("ask " + RESOLVER_SECONDS);
        MeasuredProbe.Reading both = probe.read();
        double[] reportedBoth = surroundings.ask("count");

        Report report = new Report("Probe");
        Report.Table table = report.table(
                "load", "checks/s", "reported/s", "failed", "skipped", "CPU µs/check", "core", "lag p50 ms", "p99 ms");
        row(table, TARGETS + " HTTP targets at 1 s", begin, alone, reportedAlone[0] - reportedBefore[0]);
        row(
                table,
                "the same, and " + RESOLVERS + " resolvers a minute",
                alone,
                both,
                reportedBoth[0] - reportedAlone[0]);
        report.table(
                        "resolvers asked for",
                        "measured in time",
                        "with lost attempts",
                        "request to report p50 ms",
                        "p99 ms")
                .row(
                        Integer.toString(RESOLVERS),
                        Figures.of(resolvers[0]),
                        Figures.of(resolvers[1]),
                        Figures.of(resolvers[2]),
                        Figures.of(resolvers[3]));
        double rate = (alone.checks() - begin.checks()) / seconds(begin, alone);
        double configured = TARGETS / INTERVAL_SECONDS;
        double failed = both.failed() - begin.failed();
        both.failures().forEach((how, count) -> {
            double during = count - begin.failures().getOrDefault(how, 0.0);
            if (during > 0) {
                report.note("Checks that failed by \"" + how + "\": " + Figures.of(during) + ".");
            }
        });
        return report.verdict(new Verdict(
                        "T15 2,000 checks/s ± 10 %",
                        Figures.of(rate) + " checks/s", Math.abs(rate - configured) <= configured / 10))
                .verdict(Verdict.atMost("T15 schedule lag p99 ≤ 50 ms", alone.lagMs99(), LAG_MS_MAX, "ms"))
                .verdict(Verdict.atMost("T15 the same while resolvers are measured", both.lagMs99(), LAG_MS_MAX, "ms"))
                .verdict(Verdict.atMost("no check of a healthy target fails", failed, 0, "failed"))
                .verdict(Verdict.atLeast(
                        "10,000 resolvers per minute on demand", resolvers[0], RESOLVERS, "measured and reported"))
                .note("One probe process with its default settings"
                        + (jvmOptions.isEmpty() ? "" : " and " + String.join(" ", jvmOptions))
                        + " on core 0; the targets, each an address and port of"
                        + " its own, the resolvers, each an address of its own, and the name server that asks for them and"
                        + " is reported to, all in one process on core 1. A check is a connection of its own. The probe"
                        + " also measures the distance to every target twice a minute, three requests each, which is in"
                        + " the processor time. Lag is what its own metrics say for the last " + seconds
                        + " s. It then takes " + Figures.of(Usage.pssBytes(probe.process()) / 1e6)
                        + " MB (PSS); of all checks " + Figures.of(both.lagged() - begin.lagged())
                        + " ended late by more than 100 ms; the worst lag lately was "
                        + Figures.of(both.lagMsMax()) + " ms.");
    }

    private static void row(
            Report.Table table, String load, MeasuredProbe.Reading from, MeasuredProbe.Reading to, double reported) {
        double checks = to.checks() - from.checks();
        double cpu = to.cpuMicros() - from.cpuMicros();
        table.row(
                load,
                Figures.of(checks / seconds(from, to)),
                Figures.of(reported / seconds(from, to)),
                Figures.of(to.failed() - from.failed()),
                Figures.of(to.skipped() - from.skipped()),
                Figures.of(cpu / checks),
                Figures.of(cpu / 1e4 / seconds(from, to)) + " %",
                Figures.of(to.lagMs50()),
                Figures.of(to.lagMs99()));
    }

    private static double seconds(MeasuredProbe.Reading from, MeasuredProbe.Reading to) {
        return (to.nanos() - from.nanos()) / 1e9;
    }

    private static void pause(int seconds) {
        long end = System.nanoTime() + Duration.ofSeconds(seconds).toNanos();
        long left = end - System.nanoTime();
        while (left > 0) {
            LockSupport.parkNanos(left);
            left = end - System.nanoTime();
        }
    }
}
