package org.popnet.netview.backend;

/** A node did not answer, or answered that it could not. */
public final class BackendException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final int status;

    /** @param status the HTTP status that was answered; 0 if there was no answer */
    public BackendException(int status, String message) {
        super(message);
        this.status = status;
    }

    public BackendException(int status, String message, Throwable cause) {
        super(message, cause);
        this.status = status;
    }

    public int status() {
        return status;
    }

    /** Whether another node of the same kind may do better: no answer, or a failure of the node's own. */
    boolean isOfTheNode() {
        return status == 0 || status >= 500;
    }
}
