package org.popnet.local.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import java.util.zip.ZipFile;
import org.popnet.platform.tree.Service;

/**
 * The built project: each service's jar, extracted once per build below {@code target/run} (it starts faster so, and an
 * ahead-of-time cache needs it), and the class path of this module.
 */
public final class Installation {
    /** Builds before the last that stay, because a network that still runs reads from them. */
    private static final int OLD_BUILDS_KEPT = 1;

    private static final String APPLICATION = "application.jar";
    /** What measurements are compiled against; it cannot be run. */
    private static final String PLAIN_CLASSES = "-classes.jar";

    private static final ReentrantLock EXTRACTING = new ReentrantLock();

    private final Path home;

    /** @param home the project's directory */
    public Installation(Path home) {
        this.home = home;
    }

    /**
     * The project that this code runs in: {@code popnet.home} if set, else the nearest directory upwards that holds the
     * {@code popnet} script.
     */
    public static Installation find() {
        String set = System.getProperty("popnet.home");
        if (set != null) {
            return new Installation(Path.of(set));
        }
        Path working = Path.of("").toAbsolutePath();
        for (Path at = working; at != null; at = at.getParent()) {
            if (Files.exists(at.resolve("popnet")) && Files.isDirectory(at.resolve("local-network"))) {
                return new Installation(at);
            }
        }
        throw new IllegalStateException(
                working + " is not inside the Popnet project: set -Dpopnet.home to its directory");
    }

    public Path home() {
        return home;
    }

    /** What a first start takes its configuration from. */
    public Path configRepository() {
        return home.resolve("config-repo");
    }

    public static Path java() {
        return Path.of(System.getProperty("java.home"), "bin", "java");
    }

    /** The class path of this module, for processes whose main class is in it. */
    public static String classPath() {
        return System.getProperty("java.class.path");
    }

    /** PostgreSQL's programs, unpacked once for all networks. */
    Path postgresPrograms() {
        return home.resolve("target/run/postgresql");
    }

    /** The extracted service: a jar whose libraries lie beside it. */
    public Path application(Service service) {
        return extracted(service).resolve(APPLICATION);
    }

    /** Where the service's ahead-of-time cache is, if it was trained since the last build. */
    public Path aotCache(Service service) {
        return extracted(service).resolve("application.aot");
    }

    private Path extracted(Service service) {
        Path jar = jar(service);
        try {
            String build = contentOf(jar);
            Path builds = home.resolve("target/run").resolve(module(service));
            if (!Files.exists(builds.resolve(build).resolve(APPLICATION))) {
                extract(jar, builds, build);
            }
            return builds.resolve(build);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot extract " + jar, e);
        }
    }

    /** A name for what is in the jar. Its time says nothing, because builds are reproducible; its directory tells all. */
    private static String contentOf(Path jar) throws IOException {
        CRC32C all = new CRC32C();
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            zip.stream()
                    .forEach(entry -> all.update(
                            (entry.getName() + " " + entry.getCrc() + "\n").getBytes(StandardCharsets.UTF_8)));
        }
        return Long.toHexString(all.getValue()) + "-" + Files.size(jar);
    }

    private Path jar(Service service) {
        String module = module(service);
        Path target = home.resolve(module).resolve("target");
        try (DirectoryStream<Path> jars = Files.newDirectoryStream(target, module + "-*.jar")) {
            for (Path jar : jars) {
                if (!jar.toString().endsWith(PLAIN_CLASSES)) {
                    return jar;
                }
            }
        } catch (IOException e) {
            // no target directory: not built
        }
        throw new IllegalStateException(module + " is not built: run ./popnet build");
    }

    static String module(Service service) {
        return switch (service) {
            case DNS -> "dns-service";
            case PROBE -> "probe-service";
            case EDGE_CACHE -> "edge-cache-service";
            case ORIGIN_FETCH -> "origin-fetch-service";
            case LOG -> "log-service";
            case NETVIEW -> "netview-console";
            case ADMIN -> "admin-service";
        };
    }

    /** Several networks may start at the same time, in this process and in others: one extracts, the rest wait. */
    private static void extract(Path jar, Path builds, String build) throws IOException {
        Path directory = builds.resolve(build);
        Files.createDirectories(builds);
        EXTRACTING.lock();
        try (FileChannel file =
                        FileChannel.open(builds.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = file.lock()) {
            if (!lock.isValid() || Files.exists(directory.resolve(APPLICATION))) {
                return;
            }
            Path temporary = builds.resolve("new");
            delete(temporary);
            run(
                    java().toString(),
                    "-XX:TieredStopAtLevel=1",
                    "-XX:+UseSerialGC",
                    "-Djarmode=tools",
                    "-jar",
                    jar.toString(),
                    "extract",
                    "--destination",
                    temporary.toString());
            Files.move(temporary.resolve(jar.getFileName()), temporary.resolve(APPLICATION));
            Files.move(temporary, directory);
            deleteOld(builds);
        } finally {
            EXTRACTING.unlock();
        }
    }

    private static void run(String... command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (process.waitFor() != 0) {
                throw new IOException(String.join(" ", command) + " failed: " + output.strip());
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IOException(String.join(" ", command) + " was interrupted", e);
        }
    }

    private static void deleteOld(Path builds) throws IOException {
        Map<Path, FileTime> all = new HashMap<>();
        try (DirectoryStream<Path> directories = Files.newDirectoryStream(builds, Files::isDirectory)) {
            for (Path directory : directories) {
                all.put(directory, Files.getLastModifiedTime(directory));
            }
        }
        for (Path old : all.keySet().stream()
                .sorted(Comparator.comparing(all::get).reversed())
                .skip(1L + OLD_BUILDS_KEPT)
                .toList()) {
            delete(old);
        }
    }

    private static void delete(Path tree) throws IOException {
        if (!Files.exists(tree)) {
            return;
        }
        try (Stream<Path> paths = Files.walk(tree)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
