package org.popnet.edge;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.popnet.edge.account.EdgeMetrics;
import org.popnet.edge.upstream.Fetchers;
import org.popnet.edge.upstream.Upstream;
import org.popnet.edge.upstream.UpstreamFailure;
import org.popnet.edge.upstream.UpstreamObserver;
import org.popnet.platform.origin.OriginChoice;
import org.popnet.platform.tree.CustomerServer;

/** Tells those who rank servers how each attempt went. */
final class UpstreamOutcomes implements UpstreamObserver {
    private final Fetchers fetchers;
    private final OriginChoice origins;
    private final EdgeMetrics metrics;

    UpstreamOutcomes(Fetchers fetchers, OriginChoice origins, EdgeMetrics metrics) {
        this.fetchers = fetchers;
        this.origins = origins;
        this.metrics = metrics;
    }

    @Override
    public void began(Upstream upstream) {
        if (upstream.server() == null) {
            fetchers.began(upstream.address());
        }
    }

    @Override
    public void ended(Upstream upstream) {
        if (upstream.server() == null) {
            fetchers.ended(upstream.address());
        }
    }

    @Override
    public void answered(Upstream upstream, int status, long firstByteNanos) {
        @Nullable CustomerServer server = upstream.server();
        if (server == null) {
            fetchers.answered(upstream.address());
        } else {
            origins.succeeded(server, firstByteNanos);
        }
    }

    @Override
    public void failed(Upstream upstream, UpstreamFailure failure) {
        @Nullable CustomerServer server = upstream.server();
        if (failure == UpstreamFailure.SATURATED) {
            metrics.fetchError(server == null ? "fetch" : "origin", failure.token());
        } else if (server == null) {
            metrics.fetchError("fetch", failure.token());
            fetchers.failed(upstream.address());
        } else {
            metrics.fetchError("origin", failure.token());
            origins.failed(server, new IOException(failure.token()));
        }
    }
}
