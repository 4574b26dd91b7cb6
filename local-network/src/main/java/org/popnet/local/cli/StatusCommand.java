package org.popnet.local.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import org.popnet.local.LocalNetwork;
import org.popnet.local.ProcessStatus;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        description = {
            "Shows every process: whether it is UP, and which generation of the tree it serves.",
            "The exit code is 0 if the network runs, whatever state its parts are in, and 1 if not."
        })
final class StatusCommand implements Callable<Integer> {
    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Popnet popnet;

    @Option(
            names = "--json",
            description = "An array of {name, pop, service, pid, address, health, generation} instead of a table.")
    private boolean json;

    @Override
    public Integer call() {
        PrintWriter out = popnet.out();
        if (json && !Supervisor.isRunning(popnet.state())) {
            out.println("[]");
            out.flush();
        }
        try (LocalNetwork network = popnet.attach()) {
            List<ProcessStatus> status = network.status();
            out.println(json ? ProcessStatus.json(status) : table(status));
            out.flush();
        }
        return 0;
    }

    static String table(List<ProcessStatus> all) {
        Table table = new Table("NAME", "POP", "SERVICE", "PID", "ADDRESS", "HEALTH", "GENERATION");
        all.forEach(s -> table.row(
                s.name(),
                s.pop(),
                s.service(),
                s.pid() == null ? "-" : s.pid().toString(),
                s.address(),
                s.health(),
                s.generation() == null ? "-" : s.generation().toString()));
        long up = all.stream().filter(ProcessStatus::isUp).count();
        List<Long> generations = all.stream()
                .map(ProcessStatus::generation)
                .filter(g -> g != null)
                .distinct()
                .sorted()
                .toList();
        return table + "\n" + up + " of " + all.size() + " up, "
                + (generations.size() == 1 ? "all on generation " : "generations ")
                + String.join(", ", generations.stream().map(Object::toString).toList());
    }
}
