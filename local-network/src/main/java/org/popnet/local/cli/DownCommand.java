package org.popnet.local.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.popnet.local.process.Ledger;
import org.popnet.local.state.StateDirectory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "down",
        mixinStandardHelpOptions = true,
        description = "Stops everything that up has started. Does no harm when nothing runs.")
final class DownCommand implements Callable<Integer> {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Popnet popnet;

    @Option(names = "--purge", description = "Removes the network's state too: keys, logins, configuration, data.")
    private boolean purge;

    @Override
    public Integer call() throws IOException, InterruptedException {
        StateDirectory state = popnet.state();
        PrintWriter out = popnet.out();
        Ledger ledger = new Ledger(state.processes());
        List<Ledger.Entry> entries = ledger.entries();
        long running = entries.stream().filter(e -> e.handle().isPresent()).count();
        Optional<ProcessHandle> supervisor = Supervisor.pid(state).flatMap(ProcessHandle::of);
        if (supervisor.isPresent()) {
            out.println("stopping " + running + " processes …");
            out.flush();
            end(supervisor.get());
        }
        // Whatever a supervisor that was killed, or failed at it, has left behind.
        List<String> leftovers = ledger.endLeftovers(entries, PATIENCE);
        if (supervisor.isEmpty() && leftovers.isEmpty()) {
            out.println("Popnet is not running");
        } else if (supervisor.isEmpty()) {
            out.println("stopped what an earlier run had left: " + String.join(", ", leftovers));
        } else {
            out.println("Popnet is down");
        }
        if (purge) {
            purge(state, out);
        }
        out.flush();
        return 0;
    }

    private static void end(ProcessHandle supervisor) throws InterruptedException {
        supervisor.destroy();
        try {
            supervisor.onExit().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException | ExecutionException e) {
            supervisor.destroyForcibly();
        }
    }

    private static void purge(StateDirectory state, PrintWriter out) throws IOException {
        if (!Files.exists(state.root())) {
            return;
        }
        if (!state.isPrepared() && !Files.exists(state.root().resolve("supervisor.pid"))) {
            throw new IllegalStateException(
                    state.root() + " does not look like the state of a network; delete it yourself if it may go");
        }
        try (Stream<Path> paths = Files.walk(state.root())) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
        out.println("removed " + state.root());
    }
}
