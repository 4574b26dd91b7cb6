package org.popnet.local;

import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;

/** The same for many processes at once, a virtual thread each; returns when all are done. */
final class Parallel {
    private Parallel() {}

    /** An action that may be interrupted. */
    @FunctionalInterface
    interface Action<T> {
        void on(T item) throws InterruptedException;
    }

    static <T> void each(Collection<T> items, Action<T> action) {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (T item : items) {
                threads.execute(() -> {
                    try {
                        action.on(item);
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                });
            }
        }
    }

    static <T, V> Map<String, V> map(Collection<T> items, Function<T, String> name, Function<T, V> value) {
        Map<String, V> values = new ConcurrentHashMap<>();
        each(items, item -> values.put(name.apply(item), value.apply(item)));
        return values;
    }
}
