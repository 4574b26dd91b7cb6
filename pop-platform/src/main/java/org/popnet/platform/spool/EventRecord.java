package org.popnet.platform.spool;

import org.jspecify.annotations.Nullable;

/**
 * Something that happened to a customer's service, or to the network's. Texts that are longer than their bounds are cut,
 * the detail first.
 *
 * @param timeMs when it happened, milliseconds since the epoch, UTC
 * @param kind what happened, in a word that programs compare: {@code target-down}, {@code target-up},
 *     {@code fetch-error}; at most 64 bytes
 * @param subject what it happened to: a target or an origin, at most 128 bytes
 * @param reason why, for people, at most 256 bytes
 * @param detail a URL or the like, at most 512 bytes
 * @param micros how long what failed had taken; 0 if that says nothing
 */
public record EventRecord(
        long timeMs,
        String kind,
        String subject,
        String reason,
        @Nullable String detail,
        long micros) implements LogRecord {}
