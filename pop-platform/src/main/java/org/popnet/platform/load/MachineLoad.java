package org.popnet.platform.load;

import com.sun.management.OperatingSystemMXBean;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalDouble;

/**
 * The load of what this process may use: of its {@link ControlGroup} where that has a limit; or else of the machine, or
 * of the container as the JDK's {@code OperatingSystemMXBean} sees it (control groups of version 1). Memory that only
 * caches files counts as free (of the machine, Linux's {@code MemAvailable}).
 */
final class MachineLoad {
    private static final Path MEMINFO = Path.of("/proc/meminfo");
    private final OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    private final ControlGroup group;

    MachineLoad(ControlGroup group) {
        this.group = group;
    }

    /** Share of the processors in use since the last call, 0 to 1. */
    double cpu() {
        OptionalDouble granted = group.cpu();
        if (granted.isPresent()) {
            return granted.getAsDouble();
        }
        double load = system.getCpuLoad();
        return load >= 0 ? Math.min(1, load) : 0;
    }

    /** Share of the memory in use, 0 to 1. */
    double memory() {
        OptionalDouble granted = group.memory();
        if (granted.isPresent()) {
            return granted.getAsDouble();
        }
        long total = system.getTotalMemorySize();
        if (total <= 0) {
            return 0;
        }
        long free = system.getFreeMemorySize();
        long[] host = totalAndAvailable();
        if (host[0] == total && host[1] > free) {
            free = host[1];
        }
        return Math.clamp(1 - (double) free / total, 0, 1);
    }

    private static long[] totalAndAvailable() {
        long[] bytes = {-1, -1};
        try (BufferedReader lines = Files.newBufferedReader(MEMINFO)) {
            for (String line = lines.readLine();
                    line != null && (bytes[0] < 0 || bytes[1] < 0);
                    line = lines.readLine()) {
                if (line.startsWith("MemTotal:")) {
                    bytes[0] = kibibytes(line);
                } else if (line.startsWith("MemAvailable:")) {
                    bytes[1] = kibibytes(line);
                }
            }
        } catch (IOException | NumberFormatException e) {
            return new long[] {-1, -1}; // not Linux
        }
        return bytes;
    }

    private static long kibibytes(String line) {
        return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
    }
}
