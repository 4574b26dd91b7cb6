package org.popnet.platform.control;

import java.net.URI;

/** A request to another node's control port that did not succeed. */
public final class ControlException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final int status;
    private final String detail;

    /** @param detail the problem's own words (RFC 9457), or nothing */
    ControlException(int status, URI uri, String detail) {
        super(uri + " answered " + status + (detail.isEmpty() ? "" : ": " + detail));
        this.status = status;
        this.detail = detail;
    }

    ControlException(String message, Throwable cause) {
        super(message, cause);
        this.status = 0;
        this.detail = "";
    }

    /** The HTTP status that was answered; 0 if there was no answer. */
    public int status() {
        return status;
    }

    /**
     * What the node itself says is wrong, in words for whoever asked: what came and what is allowed; empty if it said
     * nothing or did not answer.
     */
    public String detail() {
        return detail;
    }
}
