package org.popnet.local.cli;

import java.io.UncheckedIOException;
import org.popnet.platform.control.ControlException;
import org.popnet.platform.tree.InvalidTreeException;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** What went wrong, in sentences for whoever typed the command. */
final class Problems {
    private Problems() {}

    /** What is wrong with the words of a command; how it is used is shown beside this. */
    static String wrongCall(ParameterException problem) {
        if (!(problem instanceof UnmatchedArgumentException unmatched)) {
            return String.valueOf(problem.getMessage()).replaceFirst("^Error: ", "");
        }
        String word = unmatched.getUnmatched().getFirst();
        if (word.startsWith("-")) {
            return "there is no option '" + word + "'";
        }
        CommandLine called = problem.getCommandLine();
        return called.getSubcommands().isEmpty()
                ? called.getCommandName() + " takes no further word, here '" + word + "'"
                : "there is no command '" + word + "'" + perhaps(unmatched) + "; there are: "
                        + String.join(", ", called.getSubcommands().keySet());
    }

    private static String perhaps(UnmatchedArgumentException unmatched) {
        return unmatched.getSuggestions().isEmpty()
                ? ""
                : " (perhaps '" + unmatched.getSuggestions().getFirst() + "')";
    }

    static String sentence(Throwable problem) {
        if (problem instanceof InvalidTreeException invalid) {
            int count = invalid.problems().size();
            return "the tree has " + (count == 1 ? "a mistake" : count + " mistakes") + ":\n  "
                    + String.join(
                            "\n  ",
                            invalid.problems().stream().map(Object::toString).toList());
        }
        if (problem instanceof ControlException refused
                && refused.status() / 100 == 4
                && !refused.detail().isEmpty()) {
            return refused.detail(); // where the question went helps only if there is no answer to it
        }
        String message = problem.getMessage();
        if (problem instanceof UncheckedIOException && problem.getCause() != null) {
            return message + " (" + problem.getCause() + ")";
        }
        return message == null ? problem.toString() : message;
    }
}
