package org.popnet.local.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.popnet.local.LocalNetwork;
import org.popnet.local.state.StateDirectory;

/** The program of the supervisor in the background; only {@code up} starts it: {@code INSTANCE STATE-DIRECTORY [optimized]}. */
final class SuperviseMain {
    static final String OPTIMIZED = "optimized";

    private SuperviseMain() {}

    public static void main(String... arguments) throws IOException {
        int instance = Integer.parseInt(arguments[0]);
        StateDirectory state = new StateDirectory(Path.of(arguments[1]));
        boolean quickStart = !List.of(arguments).contains(OPTIMIZED);
        new Supervisor(
                        state,
                        () -> LocalNetwork.builder()
                                .instance(instance)
                                .state(state.root())
                                .quickStart(quickStart),
                        System.out::println)
                .run(() -> {});
        System.exit(1); // it only comes back if the network could not be started
    }
}
