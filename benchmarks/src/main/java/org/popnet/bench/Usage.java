package org.popnet.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** What a process and all processes below it have used, as Linux counts it. */
public final class Usage {
    /** {@code _SC_CLK_TCK}: 100 on every Linux there is. */
    private static final long TICKS_PER_SECOND = 100;

    private static final int USER_TIME = 11;
    private static final int SYSTEM_TIME = 12;

    private Usage() {}

    /** User and system time of the whole process tree, in microseconds; the grain is 10 ms a process. */
    public static long cpuMicros(ProcessHandle process) {
        return family(process).stream().mapToLong(Usage::cpuMicros).sum();
    }

    /** Memory of the whole process tree, shared pages counted in parts (PSS), in bytes. */
    public static long pssBytes(ProcessHandle process) {
        return family(process).stream()
                        .mapToLong(pid -> kilobytes(pid, "smaps_rollup", "Pss:"))
                        .sum()
                << 10;
    }

    /** Memory of the whole process tree that is in RAM (RSS), shared pages counted once for each process, in bytes. */
    public static long rssBytes(ProcessHandle process) {
        return family(process).stream()
                        .mapToLong(pid -> kilobytes(pid, "status", "VmRSS:"))
                        .sum()
                << 10;
    }

    private static List<Long> family(ProcessHandle process) {
        return Stream.concat(Stream.of(process), process.descendants())
                .map(ProcessHandle::pid)
                .toList();
    }

    private static long cpuMicros(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            long ticks = Long.parseLong(fields[USER_TIME]) + Long.parseLong(fields[SYSTEM_TIME]);
            return ticks * 1_000_000 / TICKS_PER_SECOND;
        } catch (IOException e) {
            return 0; // it has just ended
        }
    }

    private static long kilobytes(long pid, String file, String key) {
        try (Stream<String> lines = Files.lines(Path.of("/proc", Long.toString(pid), file))) {
            return lines.filter(line -> line.startsWith(key))
                    .map(line -> line.substring(key.length()).strip().split(" ")[0])
                    .mapToLong(Long::parseLong)
                    .findFirst()
                    .orElse(0);
        } catch (IOException e) {
            return 0;
        }
    }
}
