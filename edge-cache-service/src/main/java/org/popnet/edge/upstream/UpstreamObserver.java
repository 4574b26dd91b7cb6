package org.popnet.edge.upstream;

/** Sees how each attempt went, for ranking and metrics. */
public interface UpstreamObserver {
    /** A request goes out; {@link #ended} follows in any case. */
    default void began(Upstream upstream) {}

    /** The request's response is over, or will not come. */
    default void ended(Upstream upstream) {}

    void answered(Upstream upstream, int status, long firstByteNanos);

    void failed(Upstream upstream, UpstreamFailure failure);
}
