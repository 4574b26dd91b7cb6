package org.popnet.probe.check;

import java.io.IOException;

/** A check found a server wanting. */
final class CheckFailedException extends IOException {
    private static final long serialVersionUID = 1L;
    private final Outcome.Failure failure;

    CheckFailedException(Outcome.Failure failure, String reason) {
        super(reason);
        this.failure = failure;
    }

    Outcome.Failure failure() {
        return failure;
    }
}
