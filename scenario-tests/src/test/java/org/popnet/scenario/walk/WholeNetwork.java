package org.popnet.scenario.walk;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.popnet.local.LocalNetwork;

/** Gives stories the one whole network that they share: started for the first, stopped after the last. */
final class WholeNetwork implements ParameterResolver {
    private static final int INSTANCE = 1;
    private static final ExtensionContext.Namespace SHARED = ExtensionContext.Namespace.create(WholeNetwork.class);

    private record Running(LocalNetwork network, Path state) implements AutoCloseable {
        static Running start() {
            try {
                Path state = Files.createTempDirectory("popnet-scenario");
                LocalNetwork network = LocalNetwork.builder()
                        .instance(INSTANCE)
                        .state(state)
                        .startTimeout(Duration.ofMinutes(4))
                        .progress(System.out::println)
                        .start();
                return new Running(network, state);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void close() throws IOException {
            network.close();
            delete(state);
        }
    }

    static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == LocalNetwork.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return context.getRoot()
                .getStore(SHARED)
                .computeIfAbsent(Running.class, key -> Running.start(), Running.class)
                .network();
    }
}
