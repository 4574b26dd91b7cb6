package org.popnet.platform.spool;

/** A batch in a format that came after this version: to be left unacknowledged, so that its sender keeps it. */
public final class UnknownFormatException extends Exception {
    public UnknownFormatException(String message) {
        super(message);
    }
}
