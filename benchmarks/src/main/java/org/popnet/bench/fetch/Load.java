package org.popnet.bench.fetch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.popnet.bench.Core;
import org.popnet.bench.Programs;
import org.popnet.bench.Usage;

/** Requests by wrk from the generator's core, over kept connections. */
final class Load {
    private static final Pattern DONE = Pattern.compile("([0-9]+) requests in ([0-9.]+)s, ([0-9.]+)([KMG])B read");
    private static final Pattern WRONG = Pattern.compile("Non-2xx or 3xx responses|Socket errors");

    private final ProcessHandle server;
    private final List<String> command;

    /** @param cpuMicros of the server, for each request */
    record Sample(double cpuMicros, double perSecond, double megabytesPerSecond) {}

    private Load(ProcessHandle server, List<String> command) {
        this.server = server;
        this.command = command;
    }

    static Load of(String address, int port, ProcessHandle server, String path, int connections) {
        return new Load(server, List.of("-t1", "-c" + connections, "http://" + address + ":" + port + path));
    }

    /** Requests for {@code prefix} with each number below {@code objects}, one after the other. */
    static Load ofMany(
            String address, int port, ProcessHandle server, String prefix, int objects, int connections, Path directory)
            throws IOException {
        Path script = directory.resolve("many.lua");
        Files.writeString(script, """
                local n, next, requests = %d, 0, {}
                init = function()
                  for i = 0, n - 1 do requests[i] = wrk.format("GET", "%s" .. i) end
                end
                request = function()
                  next = (next + 7919) %% n
                  return requests[next]
                end
                """.formatted(objects, prefix));
        return new Load(
                server,
                List.of("-t1", "-c" + connections, "-s", script.toString(), "http://" + address + ":" + port + "/"));
    }

    Sample run(int seconds) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(
                Programs.command("wrk", "-d" + seconds + "s", "--timeout", "30s", "-H", "Host: " + MeasuredFetch.SITE));
        all.addAll(command);
        long before = Usage.cpuMicros(server);
        String output = Programs.output(Core.GENERATOR.command(all));
        long cpu = Usage.cpuMicros(server) - before;
        Matcher done = DONE.matcher(output);
        if (!done.find() || WRONG.matcher(output).find()) {
            throw new IOException("wrk did not get what it asked for by " + command + ":\n" + output);
        }
        long requests = Long.parseLong(done.group(1));
        double took = Double.parseDouble(done.group(2));
        double bytes = Double.parseDouble(done.group(3)) * (1L << (10 * (1 + "KMG".indexOf(done.group(4)))));
        return new Sample((double) cpu / Math.max(1, requests), requests / took, bytes / took / 1e6);
    }
}
