package org.popnet.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** A server that is measured, held to {@link Core#SERVER}; ended with the measurement. */
public final class ServerProcess implements AutoCloseable {
    private static final long PATIENCE_MS = 5000;
    private static final long POLL_MS = 20;

    private final String name;
    private final Process process;
    private final Path log;

    private ServerProcess(String name, Process process, Path log) {
        this.name = name;
        this.process = process;
        this.log = log;
        Runtime.getRuntime().addShutdownHook(new Thread(this::end, "end of " + name));
    }

    /**
     * Starts a server that stays in the foreground.
     *
     * @param directory where it runs; its log lies there
     */
    public static ServerProcess start(String name, List<String> command, Path directory) throws IOException {
        return start(name, command, directory, Core.SERVER);
    }

    /** The same on a core of one's choice, for what the measured server needs. */
    public static ServerProcess start(String name, List<String> command, Path directory, Core core) throws IOException {
        Files.createDirectories(directory);
        Path log = directory.resolve(name + ".log");
        Process process = new ProcessBuilder(core.command(command))
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        process.getOutputStream().close();
        return new ServerProcess(name, process, log);
    }

    public ProcessHandle handle() {
        return process.toHandle();
    }

    /** @throws IOException if it ends before it is ready, or is not ready in time; with the end of its log */
    public ServerProcess awaitReady(BooleanSupplier ready, Duration timeout) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (!ready.getAsBoolean()) {
            if (process.waitFor(POLL_MS, TimeUnit.MILLISECONDS)) {
                throw new IOException(name + " ended at once:\n" + logTail());
            }
            if (System.nanoTime() - deadline > 0) {
                throw new IOException(name + " does not answer:\n" + logTail());
            }
        }
        return this;
    }

    private String logTail() throws IOException {
        String text = Files.readString(log);
        return text.substring(Math.max(0, text.length() - 2000));
    }

    @Override
    public void close() {
        end();
    }

    private void end() {
        List<ProcessHandle> below = process.descendants().toList();
        process.destroy();
        try {
            if (!process.waitFor(PATIENCE_MS, TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        below.forEach(ProcessHandle::destroyForcibly);
    }
}
