package org.popnet.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Programs of the system: peers and load generators. */
public final class Programs {
    private static final Pattern VERSION = Pattern.compile("[0-9]+\\.[0-9]+(\\.[0-9]+)*");
    /** Daemons are often not on the path of whoever is not root. */
    private static final List<String> DIRECTORIES =
            List.of("/usr/sbin", "/usr/local/sbin", "/usr/local/bin", "/usr/bin");

    private Programs() {}

    public static boolean has(String name) {
        return find(name).isPresent();
    }

    public static Optional<Path> find(String name) {
        List<String> directories =
                new ArrayList<>(List.of(System.getenv().getOrDefault("PATH", "").split(":")));
        directories.addAll(DIRECTORIES);
        return directories.stream()
                .filter(directory -> !directory.isEmpty())
                .map(directory -> Path.of(directory, name))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** The version that a program tells when called with these arguments, or nothing. */
    public static String version(String name, String... arguments) throws IOException, InterruptedException {
        Matcher version = VERSION.matcher(output(command(name, arguments)));
        return version.find() ? version.group() : "";
    }

    /** @throws IllegalStateException if there is no such program */
    public static List<String> command(String name, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(find(name)
                .orElseThrow(() -> new IllegalStateException(name + " is not installed"))
                .toString());
        command.addAll(List.of(arguments));
        return command;
    }

    /** All that a program prints, whatever it exits with; it has a minute and a half. */
    public static String output(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(90, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IOException(command.getFirst() + " does not end");
        }
        return output;
    }
}
