package org.popnet.local.fault;

/** A fault that this machine, or this user, cannot make; tests that need it are skipped by {@code @Requires}. */
public final class FaultUnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    FaultUnavailableException(String message) {
        super(message);
    }
}
