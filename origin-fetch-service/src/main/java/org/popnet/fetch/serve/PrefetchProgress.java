package org.popnet.fetch.serve;

/**
 * How far a list has come.
 *
 * @param urls on the list
 * @param present were stored and fresh already
 * @param fetched came whole
 * @param failed could not be fetched, or answered with an error
 * @param bytes of the bodies that came
 * @param state RUNNING, DONE, BUDGET_SPENT or STOPPED
 */
record PrefetchProgress(
        String id, String site, int urls, int present, int fetched, int failed, long bytes, State state) {
    enum State {
        RUNNING,
        DONE,
        /** {@code bytesMax} was reached before the end of the list */
        BUDGET_SPENT,
        /** the node was stopped */
        STOPPED
    }
}
