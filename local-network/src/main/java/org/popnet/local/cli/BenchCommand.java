package org.popnet.local.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Listed here so that the help names it; the script starts it from a module of its own. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        description = "Measures this build against its targets, beside the best servers of the field.")
final class BenchCommand implements Callable<Integer> {
    @Override
    public Integer call() {
        throw new IllegalStateException("run ./popnet bench, in the project's directory");
    }
}
