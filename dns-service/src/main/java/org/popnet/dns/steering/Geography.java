package org.popnet.dns.steering;

/** Where clients are of whom nothing better is known. Asked by all answering threads, which it must not keep. */
@FunctionalInterface
public interface Geography {
    /** Knows nobody. */
    Geography UNKNOWN = (high, low, topology) -> Topology.NOWHERE;

    /**
     * Estimated round-trip times from an address to all POPs, in milliseconds; not to be changed.
     *
     * @return {@link Topology#NOWHERE} if it is not known where the address is
     */
    float[] estimatesFrom(long high, long low, Topology topology);

    /** Takes up what is newer; called every few minutes. */
    default void refresh() {}
}
