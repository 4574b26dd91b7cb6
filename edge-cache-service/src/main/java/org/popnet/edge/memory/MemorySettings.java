package org.popnet.edge.memory;

import java.time.Duration;
import org.popnet.caching.Segments;

/**
 * Bounds of the memory tier.
 *
 * @param bytesMax what stored responses may occupy
 * @param objectBytesMax the largest body that is stored
 * @param fillBytesMax what may be occupied by fills and by evicted bodies still being read, beyond {@code bytesMax};
 *     when it is used up, misses are passed through unstored
 * @param segmentsFrom a body this long, or longer than what is stored whole, is kept by segments
 * @param segmentRun most segments that are fetched with one request
 * @param passFor how long something that was not storable is passed without trying again
 * @param sendFileFrom bytes from which on a body, or a part of one, is sent by reference, from a file in memory; 0 for
 *     never
 */
public record MemorySettings(
        long bytesMax,
        long objectBytesMax,
        long fillBytesMax,
        long segmentsFrom,
        int segmentRun,
        Duration passFor,
        int sendFileFrom) {
    /** Less memory than this is not worth cutting anything for. */
    private static final int SEGMENTS_MIN = 16;

    public MemorySettings {
        if (bytesMax < 1 << 20 || objectBytesMax < 1 || objectBytesMax > bytesMax || fillBytesMax < 1 << 16) {
            throw new IllegalArgumentException("memory of " + bytesMax + " bytes, objects of " + objectBytesMax
                    + ", fills of " + fillBytesMax
                    + ": memory must be 1 MiB or more, objects no larger than it, fills 64 KiB or more");
        }
    }

    /** Whether a body of this length is kept by segments, if its server lets it be. */
    boolean bySegments(long length) {
        return length >= Math.min(segmentsFrom, objectBytesMax + 1)
                && length > Segments.BYTES
                && bytesMax >= (long) SEGMENTS_MIN * Segments.BYTES;
    }
}
