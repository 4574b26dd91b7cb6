package org.popnet.platform.flush;

import java.util.Map;
import org.popnet.platform.load.WatermarkSource;

/** How far each site's flushes have been applied on this node. */
public interface FlushWatermarks extends WatermarkSource {
    /**
     * The field in which a node that asks another for content says how far flushes of this site have come to it: what was
     * stored before that must not be the answer. Only between nodes of the network; never taken from a client.
     */
    String FIELD = "Popnet-Watermark";

    /** By site; sites that were never flushed are missing. */
    @Override
    Map<String, Long> watermarks();

    /** The number of the last flush of this site that was applied here; 0 if there was none. */
    long watermark(String site);

    /**
     * The number of the last flush of this site that this node has at least begun to apply. What is fetched from now on
     * must not be older, although {@link #watermark} may not have reached it yet.
     */
    long announced(String site);

    /**
     * Whether this node has learnt since its start what was flushed while it was away. As long as it has not, nothing
     * that was stored before the start may be served for this site.
     */
    boolean learnt(String site);

    /**
     * Applies what is missing of a site up to this number, as another node has named it; when it returns, {@link
     * #watermark} is at least that. Blocks for some seconds at most.
     */
    void catchUp(String site, long number);
}
