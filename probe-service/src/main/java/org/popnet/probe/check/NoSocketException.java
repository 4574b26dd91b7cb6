package org.popnet.probe.check;

import java.io.IOException;

/** This machine gives no socket, port or file descriptor: whom it was for has done nothing wrong. */
public final class NoSocketException extends IOException {
    private static final long serialVersionUID = 1L;

    public NoSocketException(IOException cause) {
        super("the probe has no socket: " + cause.getMessage(), cause);
    }
}
