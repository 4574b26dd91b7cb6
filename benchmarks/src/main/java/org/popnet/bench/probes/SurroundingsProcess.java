package org.popnet.bench.probes;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.popnet.bench.Core;
import org.popnet.local.process.Installation;

/** {@link Surroundings}, held to the core of load generators. */
final class SurroundingsProcess implements AutoCloseable {
    private final Process process;
    private final BufferedReader out;
    private final PrintWriter in;
    private final Path log;

    private SurroundingsProcess(Process process, Path log) {
        this.process = process;
        this.log = log;
        this.out = process.inputReader(StandardCharsets.US_ASCII);
        this.in = new PrintWriter(process.outputWriter(StandardCharsets.US_ASCII), true);
    }

    static SurroundingsProcess start(Installation installation, Path state, int instance, int resolvers, Path log)
            throws IOException {
        List<String> command = List.of(
                Installation.java().toString(),
                "-XX:+UseSerialGC",
                "-Xmx384m",
                "-XX:+UseCompactObjectHeaders",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Dpopnet.home=" + installation.home(),
                "-Dlogback.configurationFile=bench-logback.xml",
                "-cp",
                System.getProperty("java.class.path"),
                Surroundings.class.getName(),
                state.toString(),
                Integer.toString(instance),
                Integer.toString(resolvers));
        SurroundingsProcess started = new SurroundingsProcess(
                new ProcessBuilder(Core.GENERATOR.command(command))
                        .redirectError(log.toFile())
                        .start(),
                log);
        started.read();
        return started;
    }

    /** The numbers that it answers this line with. */
    double[] ask(String line) throws IOException {
        in.println(line);
        return Arrays.stream(read().split(" ")).mapToDouble(Double::parseDouble).toArray();
    }

    private String read() throws IOException {
        String line = out.readLine();
        if (line == null) {
            throw new IOException("the customers' servers and resolvers ended: see " + log);
        }
        return line;
    }

    @Override
    public void close() {
        in.close(); // it ends with its input
        try {
            out.close();
        } catch (IOException e) {
            // it has ended
        }
        process.destroy();
    }
}
