package org.popnet.edge.wire;

/** A request that goes no further: answered with this status, after which the connection ends. */
public final class RequestRefusedException extends Exception {
    private static final long serialVersionUID = 1L;
    private final int status;

    RequestRefusedException(int status, String reason) {
        super(reason, null, false, false);
        this.status = status;
    }

    public int status() {
        return status;
    }

    /** What was wrong, for the client and for a metric's tag: one of few fixed texts. */
    public String reason() {
        return String.valueOf(getMessage());
    }
}
