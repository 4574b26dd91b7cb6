package org.popnet.bench;

import org.jspecify.annotations.Nullable;
import org.popnet.bench.dns.DnsBench;
import org.popnet.bench.edge.EdgeBench;
import org.popnet.bench.failover.FailoverBench;
import org.popnet.bench.fetch.FetchBench;
import org.popnet.bench.logs.LogsBench;
import org.popnet.bench.probes.ProbesBench;
import org.popnet.bench.steering.SteeringBench;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The command {@code ./popnet bench}. Exit codes: 0 measured (targets met or missed), 1 not, 2 wrongly called. */
@Command(
        name = "popnet bench",
        description = "Measures Popnet against its targets, and beside the best servers of the field.",
        mixinStandardHelpOptions = true,
        subcommands = {
            DnsBench.class,
            EdgeBench.class,
            FailoverBench.class,
            FetchBench.class,
            LogsBench.class,
            ProbesBench.class,
            SteeringBench.class
        },
        footer = {
            "",
            "Peers are taken from the system (Debian: apt install knot nsd gdnsd",
            "pdns-server dnsperf nginx varnish wrk); what is missing is named and left",
            "out. Nothing leaves this machine. Measure on one that does nothing else."
        })
public final class Bench implements Runnable {
    @Spec
    private @Nullable CommandSpec spec;

    private Bench() {}

    public static void main(String... arguments) {
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        return new CommandLine(new Bench()).setExecutionExceptionHandler((problem, commandLine, parsed) -> {
            commandLine.getErr().println("popnet bench: " + problem.getMessage());
            if (System.getenv("POPNET_DEBUG") != null || problem.getMessage() == null) {
                problem.printStackTrace(commandLine.getErr());
            }
            return 1;
        });
    }

    @Override
    public void run() {
        if (spec != null) {
            spec.commandLine().usage(spec.commandLine().getOut());
        }
    }
}
