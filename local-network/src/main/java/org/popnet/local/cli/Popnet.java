package org.popnet.local.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.popnet.local.LocalNetwork;
import org.popnet.local.LocalNetworkBuilder;
import org.popnet.local.process.Installation;
import org.popnet.local.state.Instance;
import org.popnet.local.state.StateDirectory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command line of Popnet. Exit codes: 0 done, 1 not done (a sentence says why), 2 wrongly called. */
@Command(
        name = "popnet",
        description = "Popnet, a content delivery network that you run yourself: a whole one on this machine.",
        mixinStandardHelpOptions = true,
        version = "Popnet 0.1.0",
        subcommands = {
            UpCommand.class,
            DownCommand.class,
            StatusCommand.class,
            DoctorCommand.class,
            GetCommand.class,
            TrafficCommand.class,
            FlushCommand.class,
            ExplainCommand.class,
            ExplainCacheCommand.class,
            ConfigCommand.class,
            BillingCommand.class,
            StoreCommand.class,
            TrainCommand.class,
            TestCommand.class,
            BenchCommand.class,
            StagingCommand.class,
        },
        footer = {
            "",
            "Start with:  ./popnet up",
            "Then:        ./popnet get http://static.customer1.example/ --from paris"
        })
public final class Popnet implements Runnable {
    @Option(
            names = "--instance",
            paramLabel = "N",
            defaultValue = "0",
            description = "A test network beside the real one, on 127.(100+N).x.y; needs --state.")
    private int instance;

    @Option(names = "--state", paramLabel = "DIR", description = "Where everything is kept, instead of .popnet.")
    private @Nullable Path state;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    public static void main(String... arguments) {
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        return new CommandLine(new Popnet())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setParameterExceptionHandler((problem, arguments) -> {
                    CommandLine called = problem.getCommandLine();
                    called.getErr().println("popnet: " + Problems.wrongCall(problem));
                    called.usage(called.getErr());
                    return called.getCommandSpec().exitCodeOnInvalidInput();
                })
                .setExecutionExceptionHandler((problem, commandLine, parsed) -> {
                    commandLine.getErr().println("popnet: " + Problems.sentence(problem));
                    if (System.getenv("POPNET_DEBUG") != null) {
                        problem.printStackTrace(commandLine.getErr());
                    }
                    return 1;
                });
    }

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }

    PrintWriter out() {
        return spec.commandLine().getOut();
    }

    Instance instance() {
        return new Instance(instance);
    }

    int instanceNumber() {
        return instance;
    }

    StateDirectory state() {
        if (state != null) {
            return new StateDirectory(state);
        }
        if (instance != 0) {
            throw new IllegalArgumentException("--instance " + instance + " needs --state DIR, a directory of its own");
        }
        return new StateDirectory(Installation.find().home().resolve(".popnet"));
    }

    LocalNetworkBuilder network() {
        return LocalNetwork.builder().instance(instance).state(state().root());
    }

    /** The network that was prepared before, to look at and to talk to. */
    LocalNetwork attach() {
        if (!Supervisor.isRunning(state())) {
            throw new IllegalStateException("Popnet is not running; ./popnet up starts it");
        }
        return network().attach();
    }
}
