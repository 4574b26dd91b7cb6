package org.popnet.platform.spool;

/**
 * What a node has to tell the log servers: a finished request, an answered query, or an event. Text fields are cut to
 * the bounds that each kind gives, so that any record fits a datagram.
 */
public sealed interface LogRecord permits AccessRecord, QueryRecord, EventRecord {
    /** When it happened, milliseconds since the epoch, UTC. */
    long timeMs();
}
