package org.popnet.probe.timer;

/** Runs short tasks later, all on one thread: what takes time must go to a thread of its own. */
public interface Timers {
    /**
     * Runs a task once.
     *
     * @param delayNanos from now; 0 or less for as soon as possible
     */
    Cancellable after(long delayNanos, Runnable task);

    /** A task that has yet to run. */
    interface Cancellable {
        /** Makes sure that it does not begin any more. */
        void cancel();
    }
}
