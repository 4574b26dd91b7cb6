package org.popnet.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;

/**
 * Several contenders under the same load, one after the other, round after round, so that what disturbs the machine
 * disturbs all of them. Medians are taken over the rounds.
 *
 * @param <S> what one round of one contender gives
 */
public final class Rounds<S> {
    /** One round of one contender. */
    @FunctionalInterface
    public interface Run<S> {
        S run() throws Exception;
    }

    private final Map<String, Run<S>> contenders = new LinkedHashMap<>();
    private final Map<String, List<S>> samples = new LinkedHashMap<>();
    private final Consumer<String> progress;

    public Rounds(Consumer<String> progress) {
        this.progress = progress;
    }

    public Rounds<S> contender(String name, Run<S> run) {
        contenders.put(name, run);
        samples.put(name, new ArrayList<>());
        return this;
    }

    /** Runs every contender in turn, so many times. */
    public Rounds<S> play(int rounds) throws Exception {
        for (int round = 1; round <= rounds; round++) {
            for (Map.Entry<String, Run<S>> contender : contenders.entrySet()) {
                progress.accept("round " + round + " of " + rounds + ": " + contender.getKey());
                samples(contender.getKey()).add(contender.getValue().run());
            }
        }
        return this;
    }

    public List<String> contenders() {
        return List.copyOf(contenders.keySet());
    }

    /** @throws IllegalArgumentException if there is no such contender */
    public List<S> samples(String contender) {
        List<S> found = samples.get(contender);
        if (found == null) {
            throw new IllegalArgumentException("no contender " + contender);
        }
        return found;
    }

    /** The middle of one figure of a contender over all rounds. */
    public double median(String contender, ToDoubleFunction<S> figure) {
        return Figures.median(
                samples(contender).stream().map(figure::applyAsDouble).toList());
    }

    /** The contender among these with the least of a figure. */
    public String least(List<String> among, ToDoubleFunction<S> figure) {
        String best = among.getFirst();
        for (String contender : among) {
            if (median(contender, figure) < median(best, figure)) {
                best = contender;
            }
        }
        return best;
    }
}
