package org.popnet.edge.memory;

import java.time.Duration;

/**
 * Bounds of the memory tier.
 *
 * @param bytesMax what stored responses may occupy
 * @param objectBytesMax the largest body that is stored
 * @param fillBytesMax what may be occupied by fills and by evicted bodies still being read, beyond {@code bytesMax};
 *     when it is used up, misses are passed through unstored
 * @param passFor how long something that was not storable is passed without trying again
 * @param sendFileFrom bytes from which on a body, or a part of one, is sent by reference, from a file in memory; 0 for
 *     never
 */
public record MemorySettings(
        long bytesMax, long objectBytesMax, long fillBytesMax, Duration passFor, int sendFileFrom) {
    public MemorySettings {
        if (bytesMax < 1 << 20 || objectBytesMax < 1 || objectBytesMax > bytesMax || fillBytesMax < 1 << 16) {
            throw new IllegalArgumentException("memory of " + bytesMax + " bytes, objects of " + objectBytesMax
                    + ", fills of " + fillBytesMax
                    + ": memory must be 1 MiB or more, objects no larger than it, fills 64 KiB or more");
        }
    }
}
