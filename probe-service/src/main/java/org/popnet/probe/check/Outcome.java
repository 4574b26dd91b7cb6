package org.popnet.probe.check;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How a check went.
 *
 * @param responseMs from opening the connection to the end of the check, in milliseconds
 * @param failure what kind of failure it was; null if the check passed
 * @param reason the failure in a few words: what came, and what was expected; null if the check passed
 * @param phases where the time went
 */
public record Outcome(
        double responseMs,
        @Nullable Failure failure,
        @Nullable String reason,
        Phases phases) {
    /** Kinds of failure, for counting. */
    public enum Failure {
        UNREACHABLE,
        TIMEOUT,
        TLS,
        /** not the protocol, or broken framing */
        PROTOCOL,
        STATUS,
        TEXT,
        REGEX,
        SHA256,
        /** larger than allowed, or not the size that was expected */
        SIZE,
        /** too many redirects, or one that leads where the tree lists nothing of this customer's */
        REDIRECT,
        /** FTP did not let us in, or the probe has no such login */
        LOGIN,
        /** no playlist of HLS, or none with a segment */
        PLAYLIST,
        /** slower than the least throughput */
        THROUGHPUT,
        /** this probe could not even ask: nothing is known of the server */
        PROBE;

        /** As it stands in metrics. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * Times in milliseconds, each from the end of the one before; of the last request if there were several; NaN for
     * what did not happen. Nothing is ever resolved by DNS, so there is no time for it.
     *
     * @param mbit throughput of a transfer in Mbit/s; NaN if nothing was timed
     */
    public record Phases(double connectMs, double tlsMs, double firstByteMs, double mbit) {
        public static final Phases NONE = new Phases(Double.NaN, Double.NaN, Double.NaN, Double.NaN);
    }

    public boolean up() {
        return failure == null;
    }
}
