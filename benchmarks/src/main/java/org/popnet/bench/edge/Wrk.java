package org.popnet.bench.edge;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.popnet.bench.Core;
import org.popnet.bench.Programs;
import org.popnet.bench.Usage;

/** Load by wrk from the generator's core, over kept connections. */
final class Wrk {
    static final int CONNECTIONS = 64;
    private static final Pattern REQUESTS = Pattern.compile("([0-9]+) requests in");
    private static final Pattern RATE = Pattern.compile("Requests/sec:\\s+([0-9.]+)");
    private static final Pattern WRONG = Pattern.compile("Non-2xx or 3xx responses: ([0-9]+)");

    private final Path script;

    /** @param cpuMicros of the server, for each request */
    record Sample(double cpuMicros, double perSecond, long requests) {}

    /** @param objects of the Zipf mix: requests for object n of so many are as frequent as 1/n */
    Wrk(Path directory, int objects) throws IOException {
        script = directory.resolve("zipf.lua");
        Files.writeString(script, """
                local n, sum, upto = %d, 0, {}
                for i = 1, n do sum = sum + 1 / i; upto[i] = sum end
                math.randomseed(1)
                request = function()
                  local x, low, high = math.random() * sum, 1, n
                  while low < high do
                    local middle = math.floor((low + high) / 2)
                    if upto[middle] < x then low = middle + 1 else high = middle end
                  end
                  return wrk.format("GET", "/mix/" .. low)
                end
                """.formatted(objects));
    }

    Sample load(InetSocketAddress server, ProcessHandle process, String path, int seconds)
            throws IOException, InterruptedException {
        return run(server, process, path, seconds, List.of());
    }

    Sample mix(InetSocketAddress server, ProcessHandle process, int seconds) throws IOException, InterruptedException {
        return run(server, process, "/", seconds, List.of("-s", script.toString()));
    }

    private static Sample run(
            InetSocketAddress server, ProcessHandle process, String path, int seconds, List<String> more)
            throws IOException, InterruptedException {
        List<String> command = new java.util.ArrayList<>(Programs.command(
                "wrk", "-t1", "-c" + CONNECTIONS, "-d" + seconds + "s", "-H", "Host: " + EdgeBench.SITE));
        command.addAll(more);
        command.add("http://" + server.getAddress().getHostAddress() + ":" + server.getPort() + path);
        long before = Usage.cpuMicros(process);
        String output = Programs.output(Core.GENERATOR.command(command));
        long cpu = Usage.cpuMicros(process) - before;
        Matcher requests = REQUESTS.matcher(output);
        Matcher rate = RATE.matcher(output);
        if (!requests.find() || !rate.find() || WRONG.matcher(output).find()) {
            throw new IOException("wrk did not get what it asked for at " + server + path + ":\n" + output);
        }
        long count = Long.parseLong(requests.group(1));
        return new Sample((double) cpu / Math.max(1, count), Double.parseDouble(rate.group(1)), count);
    }
}
