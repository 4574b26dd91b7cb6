package org.popnet.log.billing;

import java.util.List;

/**
 * What one log server's raw files say of a statement.
 *
 * @param accesses how many were counted again
 * @param problems why something is missing
 */
record ServerPart(long accesses, List<Cell> cells, List<String> problems) {
    /** As many go over a control port, where an answer has at most 64 MiB. */
    static final int CELLS_MAX = 300_000;

    ServerPart {
        cells = List.copyOf(cells);
        problems = List.copyOf(problems);
    }

    /**
     * The accesses of a domain at a POP.
     *
     * @param interval of five minutes, since the epoch
     */
    record Cell(String domain, String pop, long interval, long requests, long bytesOut, long bytesIn) {}
}
