package org.popnet.platform.control;

/** A request to another node's control port that did not succeed. */
public final class ControlException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final int status;

    ControlException(int status, String message) {
        super(message);
        this.status = status;
    }

    ControlException(String message, Throwable cause) {
        super(message, cause);
        this.status = 0;
    }

    /** The HTTP status that was answered; 0 if there was no answer. */
    public int status() {
        return status;
    }
}
