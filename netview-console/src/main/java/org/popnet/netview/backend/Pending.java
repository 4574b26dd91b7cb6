package org.popnet.netview.backend;

/** An answer under way. */
@FunctionalInterface
public interface Pending<T> {
    /** Waits for the answer, or for the time to be up. */
    Reply<T> join();

    /** An answer that is there already. */
    static <T> Pending<T> of(Reply<T> reply) {
        return () -> reply;
    }
}
