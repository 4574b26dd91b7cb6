package org.popnet.local.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Listed here so that the help names it; the script runs Maven itself, which also works when nothing compiles. */
@Command(
        name = "test",
        mixinStandardHelpOptions = true,
        description = "Runs all tests of a change; --quick without whole networks and browser, --all long ones too.")
final class TestCommand implements Callable<Integer> {
    @Override
    public Integer call() {
        throw new IllegalStateException("run ./popnet test, in the project's directory");
    }
}
