package org.popnet.netview.backend;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What came of a question: an answer, or why there is none. Exactly one of the two is null.
 */
public record Reply<T>(@Nullable T value, @Nullable Problem problem) {
    public Reply {
        if ((value == null) == (problem == null)) {
            throw new IllegalArgumentException("a reply is either an answer or a problem");
        }
    }

    public static <T> Reply<T> of(T value) {
        return new Reply<>(value, null);
    }

    public static <T> Reply<T> failed(Problem problem) {
        return new Reply<>(null, problem);
    }

    public boolean answered() {
        return value != null;
    }

    public <R> Reply<R> map(Function<? super T, ? extends R> function) {
        return value == null ? new Reply<>(null, problem) : new Reply<>(function.apply(value), null);
    }

    public T orElse(T other) {
        return value == null ? other : value;
    }
}
