package org.popnet.fetch.serve;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.popnet.platform.flush.FlushWatermarks;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** This node's own flushes; where it has no part in flushing, all are known. */
final class NodeFlushes implements Flushes {
    private static final Logger log = LoggerFactory.getLogger(NodeFlushes.class);

    private final Supplier<@Nullable FlushWatermarks> watermarks;

    NodeFlushes(Supplier<@Nullable FlushWatermarks> watermarks) {
        this.watermarks = watermarks;
    }

    @Override
    public boolean learnt(String site) {
        FlushWatermarks known = watermarks.get();
        return known == null || known.learnt(site);
    }

    @Override
    public boolean reached(String site, long watermark) {
        FlushWatermarks known = watermarks.get();
        if (known == null || known.watermark(site) >= watermark) {
            return true;
        }
        try {
            known.catchUp(site, watermark);
            return true;
        } catch (RuntimeException e) {
            log.warn(
                    "Flush {} of {} cannot be caught up with, its store is bypassed: {}",
                    watermark,
                    site,
                    e.toString());
            return false;
        }
    }
}
