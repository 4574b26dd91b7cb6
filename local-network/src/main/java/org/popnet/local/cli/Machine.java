package org.popnet.local.cli;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;

/** What this machine has. */
final class Machine {
    /** What a whole local network takes: docs/measurements.md. */
    static final long MEMORY_BYTES_MIN = 5_000_000_000L;

    private static final Path MEMORY = Path.of("/proc/meminfo");

    private Machine() {}

    /** What can be had without pushing others out; caches of files count as free. */
    static long memoryAvailableBytes() {
        try {
            for (String line : Files.readAllLines(MEMORY)) {
                if (line.startsWith("MemAvailable:")) {
                    return Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024;
                }
            }
        } catch (IOException e) {
            // not Linux
        }
        return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getFreeMemorySize();
    }

    static boolean isLinux() {
        return System.getProperty("os.name").startsWith("Linux");
    }

    static boolean isMac() {
        return System.getProperty("os.name").startsWith("Mac");
    }
}
