package org.popnet.bench.failover;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.popnet.bench.Figures;
import org.popnet.bench.Machine;
import org.popnet.bench.MeasurementCommand;
import org.popnet.bench.Report;
import org.popnet.bench.Rounds;
import org.popnet.bench.Verdict;
import org.popnet.local.fault.FaultUnavailableException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** T8: how soon a failed server is in no answer any more, and that a single probe's failure changes no answer. */
@Command(
        name = "failover",
        mixinStandardHelpOptions = true,
        description = {
            "How long a killed or stopped edge stays in the answers of the name servers; and whether a probe that is"
                    + " stopped or cut off changes any. A network of real processes, asked without pause."
        })
public final class FailoverBench extends MeasurementCommand {
    private static final double BUDGET_SECONDS = 3;
    /** Longer than a probe's results are believed. */
    private static final Duration FAULT = Duration.ofSeconds(9);

    private static final Duration AFTERWARDS = Duration.ofSeconds(4);

    @Option(names = "--rounds", paramLabel = "N", defaultValue = "5", description = "Of each kind; ${DEFAULT-VALUE}.")
    private int rounds;

    @Override
    protected Report measure(Machine machine) throws Exception {
        Report report = new Report("Failover");
        progress("starting the network");
        try (MeasuredFailover measured = MeasuredFailover.start(workDirectory("failover"), this::progress)) {
            progress("waiting until every place is given its own edge");
            measured.awaitSettled();
            edges(report, measured);
            probes(report, measured);
        }
        return report.note("Two name servers, three probes and three edges as processes, with the resolvers of three"
                + " places; each name server is asked from each place 50 to 100 times a second for"
                + " hosted domains. An edge fails at a random moment; counted is the time until the first answer from"
                + " which on no name server's has it, for four seconds at least. All settings are the defaults: checks"
                + " every second, repeated after 100 ms, timeout 600 ms, down after two for two of three probes.");
    }

    private void edges(Report report, MeasuredFailover measured) throws Exception {
        Rounds<MeasuredFailover.Gone> contest = new Rounds<>(this::progress);
        for (Failure failure : List.of(Failure.KILLED, Failure.STOPPED)) {
            contest.contender("an edge, " + failure.title, () -> measured.round(failure));
        }
        contest.play(rounds);
        Report.Table table = report.table(
                "what fails", "rounds", "median s", "fastest s", "worst s", "answers", "queries without answer");
        for (String name : contest.contenders()) {
            List<MeasuredFailover.Gone> samples = contest.samples(name);
            double worst = Figures.percentile(seconds(samples), 100);
            table.row(
                    name,
                    Integer.toString(samples.size()),
                    Figures.of(contest.median(name, MeasuredFailover.Gone::seconds)),
                    Figures.of(Figures.percentile(seconds(samples), 0)),
                    Figures.of(worst),
                    Integer.toString(samples.stream()
                            .mapToInt(MeasuredFailover.Gone::answers)
                            .sum()),
                    Integer.toString(samples.stream()
                            .mapToInt(MeasuredFailover.Gone::unanswered)
                            .sum()));
            report.verdict(Verdict.atMost(
                    "T8 out of all answers ≤ 3 s, worst of " + samples.size() + " (" + name + ")",
                    worst,
                    BUDGET_SECONDS,
                    "s"));
        }
    }

    private static double[] seconds(List<MeasuredFailover.Gone> samples) {
        return samples.stream().mapToDouble(MeasuredFailover.Gone::seconds).toArray();
    }

    private void probes(Report report, MeasuredFailover measured) throws Exception {
        Report.Table table = report.table("what fails", "answers", "that changed", "queries without answer");
        int changed = 0;
        List<String> made = new ArrayList<>();
        for (Failure failure : List.of(Failure.STOPPED, Failure.CUT_OFF)) {
            try {
                for (String probe : MeasuredFailover.PROBES) {
                    progress(probe + ", " + failure.title);
                    MeasuredFailover.Disturbed disturbed = measured.disturb(failure, probe, FAULT, AFTERWARDS);
                    changed += disturbed.changed();
                    table.row(
                            probe + ", " + failure.title,
                            Integer.toString(disturbed.answers()),
                            Integer.toString(disturbed.changed()),
                            Integer.toString(disturbed.unanswered()));
                }
                made.add(failure.title);
            } catch (FaultUnavailableException e) {
                report.note("No probe could be cut off: " + e.getMessage() + ".");
            }
        }
        report.verdict(new Verdict(
                "T8 a single probe (" + String.join("; ", made) + ") changes no answer",
                changed + " answers changed",
                changed == 0));
    }
}
