package org.popnet.local.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.popnet.local.process.Installation;
import org.popnet.platform.tree.InvalidTreeException;
import org.popnet.platform.tree.NetworkTree;
import org.popnet.platform.tree.TreeParser;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "config",
        mixinStandardHelpOptions = true,
        description = "Works on the configuration tree.",
        subcommands = ConfigCommand.Validate.class)
final class ConfigCommand implements Callable<Integer> {
    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Popnet popnet;

    @picocli.CommandLine.Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private picocli.CommandLine.Model.CommandSpec spec;

    @Override
    public Integer call() {
        spec.commandLine().usage(popnet.out());
        return 0;
    }

    /** {@code config validate}. */
    @Command(
            name = "validate",
            mixinStandardHelpOptions = true,
            description = "Says every mistake in a tree, with its line; the exit code is 0 if there is none.")
    static final class Validate implements Callable<Integer> {
        @ParentCommand
        @SuppressWarnings("NullAway.Init") // picocli sets it
        private ConfigCommand parent;

        @Parameters(
                arity = "0..1",
                paramLabel = "FILE",
                description = "The tree; config-repo/network.yml if not given.")
        private @Nullable Path file;

        @Override
        public Integer call() throws IOException {
            Path tree =
                    file != null ? file : Installation.find().configRepository().resolve("network.yml");
            PrintWriter out = parent.popnet.out();
            try {
                NetworkTree valid = TreeParser.parse(tree.getFileName().toString(), Files.readString(tree));
                out.printf(
                        "%s is valid: %s (%s), %s, %s, %s%n",
                        tree,
                        count(valid.pops().size(), "POP"),
                        String.join(", ", valid.pops().keySet()),
                        count(valid.nodes().size(), "node"),
                        count(valid.customers().size(), "customer"),
                        count(valid.domains().size(), "domain"));
                out.flush();
                return 0;
            } catch (InvalidTreeException e) {
                throw new IllegalStateException(tree + ": " + Problems.sentence(e), e);
            } catch (NoSuchFileException e) {
                throw new IllegalStateException("there is no file " + tree, e);
            }
        }

        private static String count(int number, String thing) {
            return number + " " + thing + (number == 1 ? "" : "s");
        }
    }
}
