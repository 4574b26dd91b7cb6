package org.popnet.probe.latency;

import java.io.IOException;
import java.util.Arrays;
import org.popnet.probe.ProbeSettings;
import org.popnet.probe.check.NoSocketException;

/**
 * The result of a few attempts, one after the other.
 *
 * @param rttMs median of the answered ones; NaN if none was
 * @param minMs the least of them
 * @param lossPercent share of the unanswered ones, 0 to 100
 */
record Attempts(double rttMs, double minMs, double lossPercent) {
    /** This machine gave no socket: nothing is known. */
    static final Attempts NOT_MADE = new Attempts(Double.NaN, Double.NaN, Double.NaN);

    static final Attempts NONE = new Attempts(Double.NaN, Double.NaN, 100);

    /** One attempt. */
    interface Attempt {
        /**
         * @return milliseconds
         * @throws IOException if nothing answered in time
         */
        double run() throws IOException;
    }

    boolean made() {
        return !Double.isNaN(lossPercent);
    }

    boolean answered() {
        return !Double.isNaN(rttMs);
    }

    /** As many attempts as the settings say; only one if that is not answered: a way that may well not be open. */
    static Attempts ifAny(ProbeSettings.Latency settings, Attempt attempt) {
        return run(settings, attempt, true);
    }

    static Attempts of(ProbeSettings.Latency settings, Attempt attempt) {
        return run(settings, attempt, false);
    }

    private static Attempts run(ProbeSettings.Latency settings, Attempt attempt, boolean firstDecides) {
        double[] answered = new double[settings.attempts()];
        int count = 0;
        for (int i = 0; i < settings.attempts(); i++) {
            try {
                answered[count] = attempt.run();
                count++;
            } catch (NoSocketException e) {
                return NOT_MADE;
            } catch (IOException e) {
                // lost: that is a result
                if (firstDecides && count == 0) {
                    break;
                }
            }
        }
        double loss = 100.0 * (settings.attempts() - count) / settings.attempts();
        double[] times = Arrays.copyOf(answered, count);
        double least = Arrays.stream(times).min().orElse(Double.NaN);
        return new Attempts(median(times), least, loss);
    }

    private static double median(double[] values) {
        if (values.length == 0) {
            return Double.NaN;
        }
        Arrays.sort(values);
        int middle = values.length / 2;
        return values.length % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
    }
}
