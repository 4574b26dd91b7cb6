package org.popnet.log.traffic;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.popnet.log.database.Problem;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;

/**
 * Answers of a moment ago, so that a hundred open consoles ask the database once. What may still change is kept for a
 * second, what has been over for an hour for a minute (late records still come). So that questions never take the
 * writer's connections, only some are asked at once; the others wait a little, and are then refused.
 */
@Component
final class FigureCache {
    private static final Duration FRESH = Duration.ofSeconds(1);
    private static final Duration SETTLED = Duration.ofMinutes(1);
    private static final Duration SETTLED_AFTER = Duration.ofHours(1);
    /** Answers kept; a series of 1,500 points is some 200 KB. */
    private static final int ANSWERS_MAX = 500;
    /** Of the pool's ten connections. */
    private static final int QUESTIONS_MAX = 6;

    private static final Duration WAIT_MAX = Duration.ofSeconds(5);

    /** In the order of their last use; the eldest go when there are too many. */
    private final Map<List<Object>, Answer> answers = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<List<Object>, Answer> eldest) {
            return size() > ANSWERS_MAX;
        }
    };

    private final Semaphore questions = new Semaphore(QUESTIONS_MAX);
    private final InstantSource clock;
    private final Counter hits;
    private final Counter misses;
    private final Counter refused;

    private record Answer(Object value, Instant until) {}

    FigureCache(InstantSource clock, MeterRegistry meters) {
        this.clock = clock;
        hits = meters.counter("popnet.log.figures", "result", "cached");
        misses = meters.counter("popnet.log.figures", "result", "read");
        refused = meters.counter("popnet.log.figures", "result", "refused");
    }

    /**
     * The answer to a question.
     *
     * @param question everything that the answer depends on; its first element names the kind of answer
     * @param end where the range that is asked for ends
     */
    <T> T answer(Class<T> type, List<Object> question, Instant end, Supplier<T> read) {
        Instant now = clock.instant();
        synchronized (answers) {
            Answer known = answers.get(question);
            if (known != null && now.isBefore(known.until())) {
                hits.increment();
                return type.cast(known.value());
            }
        }
        T value = read(read);
        boolean settled = end.plus(SETTLED_AFTER).isBefore(now);
        synchronized (answers) {
            answers.put(question, new Answer(value, now.plus(settled ? SETTLED : FRESH)));
        }
        misses.increment();
        return value;
    }

    private <T> T read(Supplier<T> read) {
        try {
            if (!questions.tryAcquire(WAIT_MAX.toMillis(), TimeUnit.MILLISECONDS)) {
                refused.increment();
                throw Problem.of(
                        HttpStatus.SERVICE_UNAVAILABLE,
                        "Too many questions at once",
                        QUESTIONS_MAX + " questions are being answered and none was done within " + WAIT_MAX.toSeconds()
                                + " s. Ask again in a few seconds, or for a shorter range.");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Problem.of(HttpStatus.SERVICE_UNAVAILABLE, "Stopping", "This log server is being stopped.");
        }
        try {
            return read.get();
        } finally {
            questions.release();
        }
    }
}
