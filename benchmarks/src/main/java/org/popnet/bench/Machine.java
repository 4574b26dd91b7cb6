package org.popnet.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * What a measurement ran on.
 *
 * @param processor its name, as the system tells it
 * @param cores that this process may use
 * @param memoryBytes of the whole machine
 * @param ownNetwork whether it runs in a network namespace of its own; {@code ./popnet bench} makes one for root
 */
public record Machine(String processor, int cores, long memoryBytes, String system, String jdk, boolean ownNetwork) {
    static Machine here() {
        var operatingSystem = ManagementFactory.getPlatformMXBean(com.sun.management.OperatingSystemMXBean.class);
        return new Machine(
                processorName(),
                Runtime.getRuntime().availableProcessors(),
                operatingSystem.getTotalMemorySize(),
                System.getProperty("os.name") + " " + System.getProperty("os.version"),
                System.getProperty("java.vendor.version", "JDK") + " " + System.getProperty("java.version"),
                System.getenv("POPNET_BENCH_OWN_NETWORK") != null);
    }

    private static String processorName() {
        try {
            return Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
                    .filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse("unknown processor");
        } catch (IOException e) {
            return System.getProperty("os.arch");
        }
    }

    /** Whether servers and load generators have a core each. */
    public boolean separatesCores() {
        return cores > 1;
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%s, %d core%s, %.0f GB, %s, %s. %s%s",
                processor,
                cores,
                cores == 1 ? "" : "s",
                memoryBytes / 1e9,
                system,
                jdk,
                separatesCores()
                        ? "Servers run on core 0, load generators on core 1."
                        : "There is one core only: servers and load generators share it, which flatters nobody.",
                ownNetwork
                        ? " All in a network namespace of its own, where no packet filter of the system sees a packet."
                        : " In the network of the system: its packet filters, if there are any, are measured too.");
    }
}
