package org.popnet.local.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A started process of a local network, and its log. */
public final class LocalProcess {
    private static final long LOG_BYTES_MAX = 16L << 20;
    private static final int TAIL_LINES = 12;
    private static final Duration POLL = Duration.ofMillis(150);

    private final ProcessSpec spec;
    private final Process process;
    private final Instant started;

    private LocalProcess(ProcessSpec spec, Process process, Instant started) {
        this.spec = spec;
        this.process = process;
        this.started = started;
    }

    /** @throws StartException if the system cannot start it */
    public static LocalProcess start(ProcessSpec spec) {
        try {
            Files.createDirectories(spec.log().getParent());
            Files.createDirectories(spec.directory());
            if (Files.exists(spec.log()) && Files.size(spec.log()) > LOG_BYTES_MAX) {
                Path previous = spec.log().resolveSibling(spec.log().getFileName() + ".1");
                Files.move(spec.log(), previous, StandardCopyOption.REPLACE_EXISTING);
            }
            Process process = new ProcessBuilder(spec.command().get())
                    .directory(spec.directory().toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(spec.log().toFile()))
                    .start();
            process.getOutputStream().close();
            return new LocalProcess(spec, process, Instant.now());
        } catch (IOException e) {
            throw new StartException("cannot start " + spec.name() + ": " + e.getMessage(), e);
        }
    }

    public ProcessSpec spec() {
        return spec;
    }

    public long pid() {
        return process.pid();
    }

    public ProcessHandle handle() {
        return process.toHandle();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    public Health health() {
        return isAlive() ? spec.health().ask() : Health.DOWN;
    }

    /** How long ago it was started. */
    public Duration age() {
        return Duration.between(started, Instant.now());
    }

    /**
     * Waits until the process says that it is up.
     *
     * @throws StartException if it ends, or is not up in time; with the last lines of its log
     */
    public void awaitUp(Duration timeout) throws InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        Health last = Health.SILENT;
        while (isAlive() && System.nanoTime() - deadline < 0) {
            last = spec.health().ask();
            if (last.isUp()) {
                return;
            }
            process.waitFor(POLL.toMillis(), TimeUnit.MILLISECONDS);
        }
        String what = isAlive()
                ? " is " + last.state() + " " + timeout.toSeconds() + " s after its start"
                : " ended at once, with exit code " + process.exitValue();
        throw new StartException(spec.name() + what + ". The end of its log, " + spec.log() + ":\n" + logTail());
    }

    /** Asks it to end, and after {@code patience} ends it. */
    public void stop(Duration patience) throws InterruptedException {
        process.destroy();
        if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
            kill();
        }
    }

    /** SIGKILL; returns when it is gone. */
    public void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor();
    }

    /** Sends a signal by its name: {@code STOP}, {@code CONT}. */
    public void signal(String name) throws InterruptedException {
        try {
            int code = new ProcessBuilder("kill", "-" + name, Long.toString(pid()))
                    .inheritIO()
                    .start()
                    .waitFor();
            if (code != 0) {
                throw new IllegalStateException("SIG" + name + " could not be sent to " + spec.name());
            }
        } catch (IOException e) {
            throw new IllegalStateException("SIG" + name + " could not be sent to " + spec.name(), e);
        }
    }

    /** The last lines of the log that tell something: stack frames and the JVM's remarks on its archive left out. */
    public String logTail() {
        try {
            List<String> lines = new String(Files.readAllBytes(spec.log()), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("\t") && !line.isBlank() && !line.contains("[warning][aot]"))
                    .toList();
            return "  " + String.join("\n  ", lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size()));
        } catch (IOException e) {
            return "  (no log)";
        }
    }
}
