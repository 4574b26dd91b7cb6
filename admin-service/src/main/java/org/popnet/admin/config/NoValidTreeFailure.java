package org.popnet.admin.config;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Lists what is wrong with the tree, instead of a stack trace. */
final class NoValidTreeFailure extends AbstractFailureAnalyzer<NoValidTreeException> {
    @Override
    protected @Nullable FailureAnalysis analyze(Throwable root, NoValidTreeException cause) {
        return new FailureAnalysis(String.valueOf(cause.getMessage()), null, cause);
    }
}
