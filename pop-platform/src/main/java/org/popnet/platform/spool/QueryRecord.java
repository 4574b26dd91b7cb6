package org.popnet.platform.spool;

import org.jspecify.annotations.Nullable;

/**
 * One DNS query, as answered. Texts that are longer than their bounds are cut.
 *
 * @param timeMs when it was answered, milliseconds since the epoch, UTC
 * @param domain the name that was asked for, as the tree spells it, at most 253 characters
 * @param client address of the resolver, textual
 * @param subnet the client subnet that the resolver gave (RFC 7871), such as {@code 198.51.100.0/24}; null without one
 * @param type {@code A}, at most 16 characters
 * @param rcode {@code NOERROR}, at most 16 characters
 * @param answer names of the servers that were chosen, separated by spaces, at most 128 bytes; empty if none was
 * @param transport {@code UDP}, at most 16 characters
 * @param micros from the query's arrival to its answer
 * @param sampled one of how many queries this record stands for; 1 if all are logged
 */
public record QueryRecord(
        long timeMs,
        String domain,
        String client,
        @Nullable String subnet,
        String type,
        String rcode,
        String answer,
        String transport,
        long micros,
        int sampled)
        implements LogRecord {
    /** Most queries that one record may stand for. */
    public static final int SAMPLED_MAX = 1_000_000;

    public QueryRecord {
        if (sampled < 1 || sampled > SAMPLED_MAX) {
            throw new IllegalArgumentException("sampled " + sampled + ": must be 1 to " + SAMPLED_MAX);
        }
    }
}
