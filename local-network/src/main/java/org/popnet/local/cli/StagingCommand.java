package org.popnet.local.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.popnet.local.ProcessStatus;
import org.popnet.local.Staging;
import org.popnet.local.state.Instance;
import org.popnet.local.state.Login;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

@Command(
        name = "staging",
        mixinStandardHelpOptions = true,
        description = "What the containers of docker-compose.yml need; it runs in one of them.")
final class StagingCommand implements Runnable {
    private static final Duration PAUSE = Duration.ofSeconds(2);

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Popnet popnet;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Option(
            names = "--addresses",
            paramLabel = "A.B",
            defaultValue = "172.30",
            description = "What the compose network's addresses begin with (default ${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private String addresses;

    @Override
    public void run() {
        spec.commandLine().usage(popnet.out());
    }

    @Command(
            name = "prepare",
            mixinStandardHelpOptions = true,
            description =
                    "Makes identities, node files, the configuration repository and passwords; keeps what is there.")
    int prepare(
            @Option(names = "--config-repo", required = true, paramLabel = "DIR", description = "Taken at first.")
                    Path configRepository,
            @Option(names = "--postgres", required = true, paramLabel = "HOST:PORT", description = "The database.")
                    String postgres,
            @Option(
                            names = "--postgres-init",
                            required = true,
                            paramLabel = "DIR",
                            description = "Gets roles.sql and the superuser's password.")
                    Path postgresInit,
            @Option(names = "--owner", required = true, paramLabel = "UID", description = "Whom the nodes run as.")
                    int owner)
            throws IOException {
        Staging staging = staging();
        staging.prepare(configRepository, postgres);
        staging.prepareDatabase(postgresInit);
        staging.giveTo(owner);
        popnet.out().println("prepared in " + popnet.state().root());
        popnet.out().flush();
        return 0;
    }

    @Command(
            name = "status",
            mixinStandardHelpOptions = true,
            description = "Shows every process and the console's logins; the exit code is 0 if all are up.")
    int status(
            @Option(
                            names = "--wait",
                            paramLabel = "SECONDS",
                            defaultValue = "0",
                            description = "How long to wait until all are up.")
                    int seconds)
            throws IOException, InterruptedException {
        Staging staging = staging();
        long deadline = System.nanoTime() + Duration.ofSeconds(seconds).toNanos();
        List<ProcessStatus> status = staging.status();
        while (!status.stream().allMatch(ProcessStatus::isUp) && System.nanoTime() - deadline < 0) {
            Thread.sleep(PAUSE);
            status = staging.status();
        }
        PrintWriter out = popnet.out();
        out.println(StatusCommand.table(status));
        out.println();
        for (Login login : staging.logins()) {
            out.printf("login     %-10s %s%n", login.name(), login.password());
        }
        out.flush();
        return status.stream().allMatch(ProcessStatus::isUp) ? 0 : 1;
    }

    private Staging staging() {
        return new Staging(popnet.state(), new Instance(addresses));
    }
}
