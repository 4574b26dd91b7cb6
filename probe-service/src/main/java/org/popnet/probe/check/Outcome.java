package org.popnet.probe.check;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How a check went.
 *
 * @param responseMs from opening the connection to the end of the check, in milliseconds
 * @param failure what kind of failure it was; null if the check passed
 * @param reason the failure in a few words: what came, and what was expected; null if the check passed
 */
public record Outcome(
        double responseMs,
        @Nullable Failure failure,
        @Nullable String reason) {
    /** Kinds of failure, for counting. */
    public enum Failure {
        UNREACHABLE,
        TIMEOUT,
        TLS,
        /** not HTTP, or broken framing */
        PROTOCOL,
        STATUS,
        TEXT;

        /** As it stands in metrics. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public boolean up() {
        return failure == null;
    }
}
