package org.popnet.local.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.popnet.local.LocalNetwork;
import org.popnet.local.ProcessStatus;
import org.popnet.local.process.BusyPorts;
import org.popnet.local.process.Installation;
import org.popnet.local.process.Ledger;
import org.popnet.local.state.Login;
import org.popnet.local.state.StateDirectory;
import org.popnet.local.testing.Capability;
import org.popnet.local.training.Training;
import org.popnet.platform.tree.NetworkTree;
import org.popnet.platform.tree.Service;
import org.popnet.platform.tree.TreeParser;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "up",
        mixinStandardHelpOptions = true,
        description = {
            "Starts the whole network in the background, waits until it is healthy, and shows a request on its way.",
            "What runs already is left alone; what has died is started again."
        })
final class UpCommand implements Callable<Integer> {
    private static final Duration SUPERVISOR_START = Duration.ofSeconds(20);
    private static final Duration SUPERVISOR_STOP = Duration.ofSeconds(60);

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Popnet popnet;

    @Option(names = "--foreground", description = "Stays, and stops the network when it is ended.")
    private boolean foreground;

    @Option(
            names = "--no-train",
            description = "Does not make the ahead-of-time caches that the first start after a build makes.")
    private boolean untrained;

    @Option(
            names = "--optimize",
            description = "Edges and name servers with the JVM's optimizing compiler, for measurements: they serve more"
                    + " with the same processors, and the start takes longer.")
    private boolean optimized;

    @Option(names = "--force", description = "Starts also with little memory free.")
    private boolean force;

    @Override
    public Integer call() throws IOException, InterruptedException {
        StateDirectory state = popnet.state();
        PrintWriter out = popnet.out();
        boolean running = Supervisor.isRunning(state);
        if (running && foreground) {
            throw new IllegalStateException("Popnet is already running; ./popnet down stops it");
        }
        if (!running) {
            requireMemory();
            requireTreeAndPorts(state);
            train(out);
        }
        long begun = System.nanoTime();
        return foreground ? foreground(state, out, begun) : background(state, out, running, begun);
    }

    /** Once after a build; the network starts without, too, only not as fast. */
    private void train(PrintWriter out) throws InterruptedException {
        Training training = new Training(Installation.find());
        if (untrained || training.missing().isEmpty()) {
            return;
        }
        out.println("The first start after a build makes ahead-of-time caches, which takes two or three minutes;");
        out.println("later starts take half the time for it. (./popnet up --no-train goes without.)");
        out.flush();
        Progress progress = new Progress(out);
        try {
            training.run(progress::line);
            progress.end();
        } catch (IOException | RuntimeException e) {
            progress.end();
            out.println("No caches were made: " + Problems.sentence(e));
        }
    }

    private int background(StateDirectory state, PrintWriter out, boolean running, long begun)
            throws IOException, InterruptedException {
        Optional<Process> supervisor = running ? Optional.empty() : Optional.of(spawn(state));
        Thread abandon = new Thread(() -> supervisor.ifPresent(UpCommand::end), "abandon");
        Runtime.getRuntime().addShutdownHook(abandon);
        Optional<String> failure = startAll(state, out);
        if (failure.isPresent()) {
            supervisor.ifPresent(UpCommand::end);
            Runtime.getRuntime().removeShutdownHook(abandon);
            throw new IllegalStateException(failure.get());
        }
        Runtime.getRuntime().removeShutdownHook(abandon);
        welcome(out, running, begun);
        return 0;
    }

    private Optional<String> startAll(StateDirectory state, PrintWriter out) throws IOException {
        Progress progress = new Progress(out);
        Optional<String> failure = Supervisor.start(state, progress::line);
        progress.end();
        return failure;
    }

    private int foreground(StateDirectory state, PrintWriter out, long begun) throws IOException {
        CountDownLatch listening = new CountDownLatch(1);
        Thread starting = Thread.ofPlatform().daemon().start(() -> {
            try {
                listening.await();
                Optional<String> failure = startAll(state, out);
                failure.ifPresentOrElse(why -> System.err.println("popnet: " + why), () -> welcome(out, false, begun));
            } catch (IOException | InterruptedException e) {
                System.err.println("popnet: " + Problems.sentence(e));
            }
        });
        new Supervisor(state, () -> popnet.network().quickStart(!optimized), line -> {}).run(listening::countDown);
        try {
            starting.join(SUPERVISOR_START);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return 1; // it only comes back if the network could not be started
    }

    /** Starts the supervisor in a session of its own, so that it outlives the shell, and waits until it listens. */
    private Process spawn(StateDirectory state) throws IOException, InterruptedException {
        state.create();
        Path log = state.log("supervisor");
        Files.createDirectories(log.getParent());
        Installation installation = Installation.find();
        List<String> command = new ArrayList<>();
        if (Capability.onPath("setsid")) {
            command.add("setsid");
        }
        command.addAll(List.of(
                Installation.java().toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseCompactObjectHeaders",
                "-Xmx128m",
                "--enable-native-access=ALL-UNNAMED",
                "-Dpopnet.home=" + installation.home(),
                "-cp",
                Installation.classPath(),
                SuperviseMain.class.getName(),
                Integer.toString(popnet.instanceNumber()),
                state.root().toString()));
        if (optimized) {
            command.add(SuperviseMain.OPTIMIZED);
        }
        Process process = new ProcessBuilder(command)
                .directory(state.root().toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.to(log.toFile()))
                .start();
        process.getOutputStream().close();
        long deadline = System.nanoTime() + SUPERVISOR_START.toNanos();
        while (System.nanoTime() - deadline < 0) {
            if (Supervisor.isListening(state)) {
                return process;
            }
            if (process.waitFor(50, TimeUnit.MILLISECONDS)) {
                break;
            }
        }
        process.destroyForcibly();
        throw new IllegalStateException(
                "the supervisor did not start:\n" + Files.readString(log).strip());
    }

    private static void end(Process supervisor) {
        supervisor.destroy();
        try {
            if (!supervisor.waitFor(SUPERVISOR_STOP.toSeconds(), TimeUnit.SECONDS)) {
                supervisor.destroyForcibly();
            }
        } catch (InterruptedException e) {
            supervisor.destroyForcibly();
        }
    }

    private void requireMemory() {
        long available = Machine.memoryAvailableBytes();
        if (!force && available < Machine.MEMORY_BYTES_MIN) {
            throw new IllegalStateException(String.format(
                    "the network needs about 5 GB of memory and %.1f GB are free: end something, or use --force",
                    available / 1e9));
        }
    }

    /** What would stop the start anyway is told before anything long is begun. */
    private void requireTreeAndPorts(StateDirectory state) throws IOException {
        Path file = state.isPrepared()
                ? state.tree()
                : Installation.find().configRepository().resolve("network.yml");
        NetworkTree tree = TreeParser.parse(file.toString(), popnet.instance().translate(Files.readString(file)));
        boolean leftovers = new Ledger(state.processes())
                .entries().stream().anyMatch(e -> e.handle().isPresent()); // ended at the start
        List<String> busy =
                leftovers ? List.of() : BusyPorts.of(popnet.network().processes(tree));
        if (!busy.isEmpty()) {
            throw new IllegalStateException("ports that the network needs are taken:\n  " + String.join("\n  ", busy)
                    + "\nStop what holds them, then run ./popnet up again.");
        }
    }

    private void welcome(PrintWriter out, boolean ranBefore, long begun) {
        try (LocalNetwork network = popnet.network().attach()) {
            List<ProcessStatus> status = network.status();
            out.printf(
                    "%s: %d of %d processes are up (%.0f s)%n%n",
                    ranBefore ? "Popnet is running" : "Popnet is up",
                    status.stream().filter(ProcessStatus::isUp).count(),
                    status.size(),
                    (System.nanoTime() - begun) / 1e9);
            new FirstVisit(network).show(out);
            network.tree().nodes(Service.NETVIEW).findFirst().ifPresent(node -> {
                out.printf(
                        "Console   http://%s:%d/%n",
                        node.address().getHostAddress(), node.ports().http());
                for (Login login : network.logins()) {
                    out.printf("          %-10s %s%n", login.name(), login.password());
                }
                out.println();
            });
            out.println("Try       ./popnet get http://static.customer1.example/ --from paris");
            out.println("          ./popnet traffic --seconds 60 --rate 50     ./popnet status     ./popnet down");
            out.flush();
        }
    }
}
