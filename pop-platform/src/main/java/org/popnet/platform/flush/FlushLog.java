package org.popnet.platform.flush;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The network's history of flushes, as far as it can be reached. Blocks for some seconds at most. */
interface FlushLog {
    /** The last number of every site that was ever flushed; empty if nobody answers. */
    Optional<Map<String, Long>> watermarks();

    /** The orders of a site after this number, in order, without gaps; empty if nobody answers. */
    Optional<List<FlushOrder>> after(String site, long number);
}
