package org.popnet.platform.tree;

/**
 * How much a server takes before it is full, in requests per second; written {@code 2000/s}.
 *
 * @param requestsPerSecond greater than 0
 */
public record Capacity(double requestsPerSecond) {
    public static final Capacity DEFAULT = new Capacity(1000);

    public Capacity {
        if (!(requestsPerSecond > 0) || Double.isInfinite(requestsPerSecond)) {
            throw new IllegalArgumentException("capacity " + requestsPerSecond + "/s: must be greater than 0");
        }
    }
}
