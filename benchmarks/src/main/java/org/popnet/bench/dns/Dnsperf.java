package org.popnet.bench.dns;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.popnet.bench.Core;
import org.popnet.bench.Programs;
import org.popnet.bench.Usage;

/** dnsperf on the generator's core, and what it does to a server. */
final class Dnsperf {
    /** Enough to keep any server busy, few enough that no socket's buffer overflows. */
    private static final int OUTSTANDING = 400;

    private static final Pattern COMPLETED = Pattern.compile("Queries completed: +([0-9]+)");
    private static final Pattern LOST = Pattern.compile("Queries lost: +([0-9]+)");
    private static final Pattern PER_SECOND = Pattern.compile("Queries per second: +([0-9.]+)");
    private static final Pattern NO_ERROR = Pattern.compile("NOERROR ([0-9]+)");

    private final Path queries;

    Dnsperf(Path queries) {
        this.queries = queries;
    }

    /**
     * One run.
     *
     * @param cpuMicros of the server for each answer
     * @param good answers that were NOERROR
     */
    record Sample(double perSecond, double cpuMicros, long answered, long good, long lost) {}

    /** As fast as the server and the generator can. */
    Sample load(InetSocketAddress server, ProcessHandle process, int seconds) throws IOException, InterruptedException {
        long before = Usage.cpuMicros(process);
        String output = run(server, seconds);
        long used = Usage.cpuMicros(process) - before;
        long answered = (long) number(COMPLETED, output);
        return new Sample(
                number(PER_SECOND, output),
                used / (double) Math.max(1, answered),
                answered,
                (long) number(NO_ERROR, output),
                (long) number(LOST, output));
    }

    private String run(InetSocketAddress server, int seconds) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(Programs.command("dnsperf"));
        command.addAll(List.of(
                "-s",
                server.getAddress().getHostAddress(),
                "-p",
                Integer.toString(server.getPort()),
                "-B",
                "-d",
                queries.toString(),
                "-l",
                Integer.toString(seconds),
                "-q",
                Integer.toString(OUTSTANDING),
                "-c",
                "8",
                "-T",
                "1",
                "-t",
                "2",
                "-b",
                "4096"));
        String output = Programs.output(Core.GENERATOR.command(command));
        if (!COMPLETED.matcher(output).find()) {
            throw new IOException("dnsperf says: " + output.substring(0, Math.min(500, output.length())));
        }
        return output;
    }

    private static double number(Pattern pattern, String text) {
        Matcher found = pattern.matcher(text);
        return found.find() ? Double.parseDouble(found.group(1)) : 0;
    }
}
