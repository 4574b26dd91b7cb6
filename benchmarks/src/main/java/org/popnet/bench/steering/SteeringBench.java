package org.popnet.bench.steering;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.popnet.bench.Figures;
import org.popnet.bench.Machine;
import org.popnet.bench.MeasurementCommand;
import org.popnet.bench.Report;
import org.popnet.bench.Verdict;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** T2 and T11: what a decision costs, and how good decisions are. */
@Command(
        name = "steering",
        mixinStandardHelpOptions = true,
        description = "A steering decision (JMH), and a simulated network whose steering is compared with an oracle's.")
public final class SteeringBench extends MeasurementCommand {
    private static final int POPS = 200;
    private static final int RESOLVERS = 100_000;

    @Option(names = "--minutes", paramLabel = "N", defaultValue = "24", description = "Simulated; ${DEFAULT-VALUE}.")
    private int minutes;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = "Of the simulated world.")
    private long seed;

    @Option(
            names = "--rule",
            paramLabel = "RULE",
            defaultValue = "{ttl: 20s}",
            description = "The domain's rule, as in the tree; ${DEFAULT-VALUE}.")
    private String rule = "";

    @Option(names = "--only", paramLabel = "PART", description = "COST or QUALITY.")
    private List<Part> only = new ArrayList<>();

    /** What is measured. */
    enum Part {
        COST,
        QUALITY
    }

    @Override
    protected Report measure(Machine machine) throws Exception {
        Report report = new Report("Steering");
        if (only.isEmpty() || only.contains(Part.COST)) {
            cost(report);
        }
        if (only.isEmpty() || only.contains(Part.QUALITY)) {
            quality(report);
        }
        return report;
    }

    private static void cost(Report report) throws RunnerException {
        RunResult result = new Runner(new OptionsBuilder()
                        .include(SteeringBenchmark.class.getSimpleName())
                        .addProfiler(GCProfiler.class)
                        .build())
                .runSingle();
        Result<?> allocated =
                Objects.requireNonNull(result.getSecondaryResults().get("gc.alloc.rate.norm"));
        report.version("JMH", "1.37")
                .verdict(Verdict.atMost(
                        "T2 a decision ≤ 300 ns", result.getPrimaryResult().getScore(), 300, "ns"))
                // The profiler counts its own few bytes over millions of decisions.
                .verdict(Verdict.atMost("T2 allocates nothing", Math.round(allocated.getScore()), 0, "bytes"))
                .note("A decision is one of eight POPs and then of two edges, for clients measured from all POPs.");
    }

    private void quality(Report report) {
        progress("simulating " + minutes + " minutes of " + POPS + " POPs and " + RESOLVERS + " resolvers");
        Simulation.Outcome outcome = new Simulation(POPS, RESOLVERS, rule, seed).play(minutes);
        report.table("simulated", "steering", "oracle")
                .row("mean latency of a request, ms", Figures.of(outcome.meanMs()), Figures.of(outcome.oracleMs()));
        report.verdict(Verdict.atMost(
                        "T11 mean latency within 10 % of the oracle's", 100 * outcome.overOracle(), 10, "% over it"))
                .verdict(Verdict.atMost(
                        "T11 busiest POP ≤ 1.25 × its fair share", outcome.busiestShare(), 1.25, "× the oracle's"))
                .verdict(Verdict.atMost(
                        "T11 < 1 answer change per client in 10 min", outcome.changesPer10Minutes(), 1, "changes"))
                .note(minutes + " simulated minutes, seed " + seed + ", rule " + rule + "; "
                        + Figures.of(100 * outcome.lostShare())
                        + " % of the requests went to POPs that had failed. The oracle knows real distances and this"
                        + " second's demand, and sends every client to the nearest POP with room; fair is what its busiest"
                        + " POP has in use of its capacity.");
    }
}
