package org.popnet.bench;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Requests to one server by wrk from the generator's core, over kept connections. */
public final class HttpLoad {
    private static final Pattern DONE =
            Pattern.compile("([0-9]+) requests in ([0-9.]+)(ms|s|m), ([0-9.]+)([KMG]?)B read");
    private static final Pattern WRONG = Pattern.compile("Non-2xx or 3xx responses: ([0-9]+)");
    private static final Pattern BROKEN =
            Pattern.compile("Socket errors: connect ([0-9]+), read ([0-9]+), write ([0-9]+), timeout ([0-9]+)");

    private final ProcessHandle process;
    private final List<String> arguments = new ArrayList<>();

    /**
     * What one run gave.
     *
     * @param cpuMicros of the server, for each request
     * @param requests that were answered, whatever with
     * @param failed of them, and connections that broke
     */
    public record Sample(double cpuMicros, double perSecond, double megabytesPerSecond, long requests, long failed) {}

    /**
     * @param process the server's, whose processor time counts
     * @param host whose objects are asked for
     * @param path of all requests, unless a script says another
     */
    public HttpLoad(InetSocketAddress server, ProcessHandle process, String host, int connections, String path) {
        this.process = process;
        arguments.addAll(List.of(
                "-t1",
                "-c" + connections,
                "--timeout",
                "30s",
                "-H",
                "Host: " + host,
                "http://" + server.getAddress().getHostAddress() + ":" + server.getPort() + path));
    }

    /** @param script in wrk's Lua, says what to ask for */
    public HttpLoad script(Path script) {
        arguments.addAll(0, List.of("-s", script.toString()));
        return this;
    }

    /** @throws IOException if wrk did not ask at all */
    public Sample run(int seconds) throws IOException, InterruptedException {
        List<String> all = Programs.command("wrk", "-d" + seconds + "s");
        all.addAll(arguments);
        long before = Usage.cpuMicros(process);
        String output = Programs.output(Core.GENERATOR.command(all));
        return parse(output, Usage.cpuMicros(process) - before);
    }

    /** @param cpuMicros of the server while it ran */
    static Sample parse(String output, long cpuMicros) throws IOException {
        Matcher done = DONE.matcher(output);
        if (!done.find()) {
            throw new IOException("wrk did not do its work: " + output);
        }
        long requests = Long.parseLong(done.group(1));
        double unit =
                switch (done.group(3)) {
                    case "ms" -> 1e-3;
                    case "m" -> 60;
                    default -> 1;
                };
        double took = Double.parseDouble(done.group(2)) * unit;
        double bytes = Double.parseDouble(done.group(4))
                * (1L << (10 * " KMG".indexOf(done.group(5).isEmpty() ? " " : done.group(5))));
        long failed = 0;
        for (Pattern errors : List.of(WRONG, BROKEN)) {
            Matcher found = errors.matcher(output);
            boolean any = found.find();
            for (int i = 1; any && i <= found.groupCount(); i++) {
                failed += Long.parseLong(found.group(i));
            }
        }
        return new Sample(
                (double) cpuMicros / Math.max(1, requests), requests / took, bytes / took / 1e6, requests, failed);
    }
}
