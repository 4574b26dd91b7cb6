package org.popnet.edge.upstream;

/** Sees how each attempt went, for ranking and metrics. */
public interface UpstreamObserver {
    void answered(Upstream upstream, int status, long firstByteNanos);

    void failed(Upstream upstream, UpstreamFailure failure);
}
