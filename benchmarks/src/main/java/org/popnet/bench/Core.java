package org.popnet.bench;

import java.util.ArrayList;
import java.util.List;

/** The two cores that measurements use: one for the server, one for what loads it. */
public enum Core {
    SERVER,
    GENERATOR;

    /** The command, held to this core; as it is where there is one core only, or no {@code taskset}. */
    public List<String> command(List<String> command) {
        List<String> pinned = new ArrayList<>(launcher());
        pinned.addAll(command);
        return pinned;
    }

    /** What stands before a command to hold it to this core; empty where that cannot be. */
    public List<String> launcher() {
        if (Runtime.getRuntime().availableProcessors() < 2 || !Programs.has("taskset")) {
            return List.of();
        }
        return List.of("taskset", "--cpu-list", Integer.toString(ordinal()));
    }
}
