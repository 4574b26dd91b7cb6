package org.popnet.local.visit;

/** A visit that ended before there was a response; the message says where, and what to do. */
public final class VisitException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    VisitException(String message) {
        super(message);
    }
}
