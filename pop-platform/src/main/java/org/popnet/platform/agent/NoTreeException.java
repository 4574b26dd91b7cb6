package org.popnet.platform.agent;

import org.popnet.platform.settings.StartRefusedException;

/** A node that has no tree to start with; the message says what to do. */
public final class NoTreeException extends StartRefusedException {
    private static final long serialVersionUID = 1L;

    NoTreeException(String message) {
        super(message, null);
    }
}
