package org.popnet.log.billing;

/**
 * What a line says.
 *
 * @param p95Bytes bytes out in the five-minute interval that 5 % of the month's intervals exceed
 */
record Usage(long requests, long bytesOut, long bytesIn, long p95Bytes) {
    static final Usage NONE = new Usage(0, 0, 0, 0);
    static final long INTERVAL_SECONDS = 300;

    /** The same as a bandwidth. */
    long p95BitsPerSecond() {
        return p95Bytes * 8 / INTERVAL_SECONDS;
    }
}
