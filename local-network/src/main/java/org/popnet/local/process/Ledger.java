package org.popnet.local.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.popnet.platform.settings.DurableFiles;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Which processes a network has started and not yet stopped, on disk, so that another process finds them, also after the
 * one that started them was killed. A process id alone may have been given to someone else since: the start time is
 * compared too.
 */
public final class Ledger {
    private static final JsonMapper JSON = JsonMapper.shared();
    private final Path file;

    public Ledger(Path file) {
        this.file = file;
    }

    /**
     * @param started milliseconds since 1970, as the system tells it; 0 where it does not
     */
    public record Entry(String name, long pid, long started) {
        static Entry of(String name, ProcessHandle handle) {
            return new Entry(name, handle.pid(), started(handle));
        }

        /** The process, if it is still the one that was started. */
        public Optional<ProcessHandle> handle() {
            return ProcessHandle.of(pid).filter(h -> h.isAlive() && started(h) == started);
        }

        private static long started(ProcessHandle handle) {
            return handle.info()
                    .startInstant()
                    .map(java.time.Instant::toEpochMilli)
                    .orElse(0L);
        }
    }

    private record Entries(List<Entry> processes) {}

    /** In the order they were started. */
    public synchronized List<Entry> entries() {
        if (!Files.exists(file)) {
            return List.of();
        }
        try {
            return List.copyOf(
                    JSON.readValue(Files.readString(file), Entries.class).processes());
        } catch (IOException | JacksonException e) {
            throw new IllegalStateException(
                    "cannot read " + file + " (" + e.getMessage()
                            + "): end the java processes that still run, and delete it",
                    e);
        }
    }

    public synchronized void add(String name, ProcessHandle handle) {
        Map<String, Entry> all = new LinkedHashMap<>();
        entries().forEach(e -> all.put(e.name(), e));
        all.remove(name);
        all.put(name, Entry.of(name, handle));
        write(List.copyOf(all.values()));
    }

    public synchronized void remove(String name) {
        write(entries().stream().filter(e -> !e.name().equals(name)).toList());
    }

    /**
     * Ends whatever is still there, last started first.
     *
     * @return the names of those that were
     */
    public synchronized List<String> endLeftovers(Duration patience) throws InterruptedException {
        return endLeftovers(entries(), patience);
    }

    /**
     * The same for entries that were read before, whatever the file says by now: a supervisor that could not end what it
     * had started (its program was replaced by a build) may have deleted it.
     */
    public synchronized List<String> endLeftovers(List<Entry> known, Duration patience) throws InterruptedException {
        List<String> ended = new ArrayList<>();
        List<Entry> alive =
                known.reversed().stream().filter(e -> e.handle().isPresent()).toList();
        for (Entry entry : alive) {
            entry.handle().ifPresent(ProcessHandle::destroy);
            ended.add(entry.name());
        }
        long deadline = System.nanoTime() + patience.toNanos();
        for (Entry entry : alive) {
            Optional<ProcessHandle> handle = entry.handle();
            if (handle.isPresent()) {
                try {
                    handle.get().onExit().get(Math.max(1, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
                } catch (TimeoutException | ExecutionException e) {
                    handle.get().destroyForcibly();
                }
            }
        }
        clear();
        return ended;
    }

    public synchronized void clear() {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void write(List<Entry> entries) {
        try {
            DurableFiles.write(file, JSON.writeValueAsString(new Entries(entries)));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file, e);
        }
    }
}
