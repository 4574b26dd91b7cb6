package org.popnet.local.process;

/** Asks a running process how it is; blocks at most a few seconds. */
@FunctionalInterface
public interface HealthCheck {
    /** {@link Health#SILENT} if it does not answer; never throws. */
    Health ask();
}
