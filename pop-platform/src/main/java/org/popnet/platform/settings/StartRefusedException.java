package org.popnet.platform.settings;

import org.jspecify.annotations.Nullable;

/**
 * A node that does not start as it is set up. Its operator is shown the message and nothing else: it says what came, what
 * is allowed and what to do.
 */
public class StartRefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** @param cause for whoever catches it; what matters of it must stand in the message */
    public StartRefusedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
