package org.popnet.admin.config;

/** There is no tree to start a network with; the message says why, and what to do. */
final class NoValidTreeException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NoValidTreeException(String message) {
        super(message);
    }
}
