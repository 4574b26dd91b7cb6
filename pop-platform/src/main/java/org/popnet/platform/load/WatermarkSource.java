package org.popnet.platform.load;

import java.util.Map;

/** How far each site's flushes have been applied on this node; a bean of it lets load reports carry the watermarks. */
@FunctionalInterface
public interface WatermarkSource {
    /** Watermark by site; sites that were never flushed may be missing. */
    Map<String, Long> watermarks();
}
