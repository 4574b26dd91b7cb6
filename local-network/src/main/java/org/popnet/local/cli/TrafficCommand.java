package org.popnet.local.cli;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import org.popnet.local.LocalNetwork;
import org.popnet.local.visit.Crowd;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "traffic",
        mixinStandardHelpOptions = true,
        description = "Plays users from all places: some pages and files far more often than others.")
final class TrafficCommand implements Callable<Integer> {
    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Popnet popnet;

    @Option(names = "--seconds", paramLabel = "N", defaultValue = "60", description = "How long; ${DEFAULT-VALUE}.")
    private int seconds;

    @Option(
            names = "--rate",
            paramLabel = "R",
            defaultValue = "20",
            description = "Requests per second, from all places together; ${DEFAULT-VALUE}.")
    private int rate;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = "Of the choice of URLs.")
    private long seed;

    @Override
    public Integer call() throws InterruptedException {
        if (seconds < 1 || rate < 1 || rate > 10_000) {
            throw new IllegalArgumentException("--seconds must be 1 or more, --rate 1 to 10000");
        }
        try (LocalNetwork network = popnet.attach();
                Crowd crowd = new Crowd(network.instance(), network.tree(), new Random(seed))) {
            PrintWriter out = popnet.out();
            Progress progress = new Progress(out);
            progress.line("looking at what the sites have …");
            int urls = crowd.discover();
            if (urls == 0) {
                progress.end();
                throw new IllegalStateException(
                        "no site of the network can be reached; ./popnet status says what runs");
            }
            List<Crowd.Tally> tallies =
                    crowd.play(Duration.ofSeconds(seconds), rate, done -> progress.line(done + " requests"));
            progress.end();
            Table table = new Table("PLACE", "REQUESTS", "HITS", "MISSES", "PASSED", "ERRORS", "MBYTE", "P50", "P95");
            tallies.forEach(t -> table.row(
                    t.place(),
                    Long.toString(t.requests()),
                    Long.toString(t.hits()),
                    Long.toString(t.misses()),
                    Long.toString(t.passed()),
                    Long.toString(t.errors()),
                    String.format("%.1f", t.bytes() / 1e6),
                    VisitReport.ms(t.median()),
                    VisitReport.ms(t.p95())));
            out.println(table + "\n" + urls + " URLs");
            out.flush();
            boolean served = tallies.stream().anyMatch(t -> t.requests() > t.errors());
            return served ? 0 : 1;
        }
    }
}
