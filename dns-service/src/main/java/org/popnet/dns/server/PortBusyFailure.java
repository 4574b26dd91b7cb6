package org.popnet.dns.server;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Says in one sentence, instead of a stack trace, that a port is taken. */
public final class PortBusyFailure extends AbstractFailureAnalyzer<PortBusyException> {
    @Override
    protected @Nullable FailureAnalysis analyze(Throwable rootFailure, PortBusyException cause) {
        return new FailureAnalysis(String.valueOf(cause.getMessage()), null, cause);
    }
}
