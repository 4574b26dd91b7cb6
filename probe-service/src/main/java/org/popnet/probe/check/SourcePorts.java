package org.popnet.probe.check;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Local ports for connections, one after the other through the system's range. Left to itself (port 0), Linux searches
 * for one that no connection of the last minute had, which takes milliseconds once most of them had: at 1,000
 * connections a second the search took more of a core than all else.
 */
final class SourcePorts {
    private static final Path RANGE = Path.of("/proc/sys/net/ipv4/ip_local_port_range");
    /** What Linux has when nobody changes it. */
    private static final int FIRST = 32_768;

    private static final int LAST = 60_999;

    private final int first;
    private final int count;
    private final AtomicInteger next;

    /**
     * @param first the lowest port, 1024 to 65535
     * @param last the highest one, at least {@code first}
     * @param start where in the range to begin
     */
    SourcePorts(int first, int last, int start) {
        this.first = first;
        this.count = last - first + 1;
        this.next = new AtomicInteger(start);
    }

    /** Those of this machine, from a random one on, so that a process does not begin where the one before it did. */
    static SourcePorts ofThisMachine() {
        int first = FIRST;
        int last = LAST;
        try {
            String[] range = Files.readString(RANGE).strip().split("\\s+", -1);
            int lowest = Integer.parseInt(range[0]);
            int highest = Integer.parseInt(range[1]);
            if (lowest >= 1024 && highest <= 65_535 && lowest <= highest) {
                first = lowest;
                last = highest;
            }
        } catch (IOException | RuntimeException e) {
            // no Linux, or one that does not say: the usual range
        }
        return new SourcePorts(first, last, ThreadLocalRandom.current().nextInt(last - first + 1));
    }

    int next() {
        return first + Math.floorMod(next.getAndIncrement(), count);
    }
}
