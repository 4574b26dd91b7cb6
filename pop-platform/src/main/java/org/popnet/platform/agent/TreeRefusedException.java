package org.popnet.platform.agent;

/** A tree that this node does not take up: an older generation, or one that a part of it cannot compile. */
public final class TreeRefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    TreeRefusedException(String message) {
        super(message);
    }

    TreeRefusedException(String message, Throwable cause) {
        super(message, cause);
    }
}
