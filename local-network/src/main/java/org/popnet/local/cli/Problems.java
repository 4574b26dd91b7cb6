package org.popnet.local.cli;

import java.io.UncheckedIOException;
import org.popnet.platform.tree.InvalidTreeException;

/** What went wrong, in sentences for whoever typed the command. */
final class Problems {
    private Problems() {}

    static String sentence(Throwable problem) {
        if (problem instanceof InvalidTreeException invalid) {
            int count = invalid.problems().size();
            return "the tree has " + (count == 1 ? "a mistake" : count + " mistakes") + ":\n  "
                    + String.join(
                            "\n  ",
                            invalid.problems().stream().map(Object::toString).toList());
        }
        String message = problem.getMessage();
        if (problem instanceof UncheckedIOException && problem.getCause() != null) {
            return message + " (" + problem.getCause() + ")";
        }
        return message == null ? problem.toString() : message;
    }
}
