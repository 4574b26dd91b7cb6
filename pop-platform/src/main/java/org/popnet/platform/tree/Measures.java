package org.popnet.platform.tree;

import java.util.EnumSet;
import java.util.Set;

/**
 * Which measurements count in steering, where they mean something.
 *
 * @param load what counts as load; all of it unless nodes share a machine
 * @param passiveRoundTrips whether the round-trip times of clients' own connections correct what probes measure
 */
public record Measures(Set<LoadMeasure> load, boolean passiveRoundTrips) {
    static final Measures DEFAULT = new Measures(EnumSet.allOf(LoadMeasure.class), true);

    public Measures {
        load = Set.copyOf(load);
    }
}
