package org.popnet.edge.memory;

/** Hears how fills end. */
@FunctionalInterface
public interface FillListener {
    /** @param result one of few fixed tokens: {@code stored}, {@code revalidated}, {@code uncacheable} … */
    void filled(String result);
}
