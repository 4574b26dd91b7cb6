package org.popnet.fetch.origin;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** No server gave a usable answer. */
public final class OriginUnavailableException extends IOException {
    private static final long serialVersionUID = 1L;
    private final Reason reason;

    /** What the last server tried did. */
    public enum Reason {
        /** the customer has no servers, or none may be connected to */
        NO_SERVER("no-server"),
        REFUSED_ADDRESS("refused-address"),
        CONNECT("connect-failed"),
        /** its certificate is not one to trust, or TLS could not be agreed on */
        TLS("tls-failed"),
        TIMEOUT("timeout"),
        /** it closed the connection or sent something that is not HTTP */
        BROKEN("broken-response"),
        /** all connections are taken */
        BUSY("connections-busy");

        private final String token;

        Reason(String token) {
            this.token = token;
        }

        /** For {@code Cache-Status}' detail and for metrics. */
        public String token() {
            return token;
        }
    }

    public OriginUnavailableException(Reason reason, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
