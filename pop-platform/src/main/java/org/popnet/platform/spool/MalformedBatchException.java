package org.popnet.platform.spool;

/** Bytes that no sender of ours makes. */
public final class MalformedBatchException extends Exception {
    public MalformedBatchException(String message) {
        super(message);
    }
}
