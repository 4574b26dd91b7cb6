package org.popnet.bench;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.popnet.bench.HttpLoad.Sample;

/**
 * One kind of request after the other, put to all servers in turn; a row of the table for each. Ours must answer every
 * request as asked. What a peer does not, is told and counts for it: it has not done the work.
 */
public final class HttpContest {
    private final Report report;
    private final Report.Table table;
    private final String ours;
    private final int rounds;
    private final Consumer<String> progress;

    /** @param ours the name of the server that is measured, as in the maps given to {@link #play} */
    public HttpContest(Report report, String heading, String ours, int rounds, Consumer<String> progress) {
        this.report = report;
        this.table = report.table(heading, "server", "CPU µs/request", "requests/s", "MB/s");
        this.ours = ours;
        this.rounds = rounds;
        this.progress = progress;
    }

    /**
     * @param what is asked for, the name of the row
     * @param servers one round of each, by its name
     * @throws IOException if ours did not answer a request as asked
     */
    public Rounds<Sample> play(String what, Map<String, Rounds.Run<Sample>> servers) throws Exception {
        Rounds<Sample> contest = new Rounds<>(progress);
        servers.forEach(contest::contender);
        contest.play(rounds);
        for (String server : contest.contenders()) {
            List<Sample> samples = contest.samples(server);
            long failed = samples.stream().mapToLong(Sample::failed).sum();
            long requests = samples.stream().mapToLong(Sample::requests).sum();
            String failures = server + ": " + failed + " failures in " + requests + " requests (" + what
                    + "), neither 2xx nor 3xx or broken off";
            if (failed > 0 && server.equals(ours)) {
                throw new IOException(failures);
            }
            if (failed > 0) {
                report.note(failures + ".");
            }
            table.row(
                    what,
                    server,
                    Figures.of(contest.median(server, Sample::cpuMicros)),
                    Figures.of(contest.median(server, Sample::perSecond)),
                    Figures.of(contest.median(server, Sample::megabytesPerSecond)));
        }
        return contest;
    }

    /** A round of so many seconds of each server. */
    public static Map<String, Rounds.Run<Sample>> runs(Map<String, HttpLoad> loads, int seconds) {
        Map<String, Rounds.Run<Sample>> runs = new LinkedHashMap<>();
        loads.forEach((server, load) -> runs.put(server, () -> load.run(seconds)));
        return runs;
    }
}
