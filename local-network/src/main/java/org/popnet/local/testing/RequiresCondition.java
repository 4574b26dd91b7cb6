package org.popnet.local.testing;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/** Skips what {@link Requires} something that is missing, or fails it where that must not be missing. */
final class RequiresCondition implements ExecutionCondition {
    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        Optional<Requires> requires = AnnotationSupport.findAnnotation(context.getElement(), Requires.class);
        List<String> insisted = Arrays.stream(Optional.ofNullable(System.getenv("POPNET_REQUIRE"))
                        .orElse("")
                        .split(","))
                .map(String::strip)
                .toList();
        for (String key : requires.map(Requires::value).orElseGet(() -> new String[0])) {
            Optional<String> missing = Capability.of(key).missing();
            if (missing.isPresent()) {
                String reason = "needs " + key + ": " + missing.get();
                if (insisted.contains(key)) {
                    throw new IllegalStateException(reason + ", and POPNET_REQUIRE lists it");
                }
                return ConditionEvaluationResult.disabled(reason);
            }
        }
        return ConditionEvaluationResult.enabled("everything it needs is here");
    }
}
