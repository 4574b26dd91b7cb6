package org.popnet.local.control;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a node exposes in Prometheus' text format, at one moment. */
public final class Metrics {
    private static final Pattern SAMPLE = Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\\{(.*)})? (\\S+)(?: \\d+)?");
    private static final Pattern LABEL = Pattern.compile("([a-zA-Z_][a-zA-Z0-9_]*)=\"((?:[^\"\\\\]|\\\\.)*)\"");

    private final List<Sample> samples;

    /** One line of the exposition. */
    public record Sample(String name, Map<String, String> labels, double value) {
        public Sample {
            labels = Map.copyOf(labels);
        }
    }

    private Metrics(List<Sample> samples) {
        this.samples = List.copyOf(samples);
    }

    /** Reads an exposition; comments and lines that are no samples are skipped. */
    public static Metrics parse(String exposition) {
        List<Sample> samples = new ArrayList<>();
        exposition.lines().filter(line -> !line.startsWith("#")).forEach(line -> {
            Matcher sample = SAMPLE.matcher(line);
            if (sample.matches()) {
                samples.add(new Sample(sample.group(1), labels(sample.group(2)), value(sample.group(3))));
            }
        });
        return new Metrics(samples);
    }

    public List<Sample> samples() {
        return samples;
    }

    /** The sum of this metric over all its labels; 0 if it is not there. */
    public double sum(String name) {
        return sum(name, Map.of());
    }

    /** The sum of the samples of this metric that carry these labels. */
    public double sum(String name, Map<String, String> labels) {
        return samples.stream()
                .filter(s -> s.name().equals(name) && s.labels().entrySet().containsAll(labels.entrySet()))
                .mapToDouble(Sample::value)
                .sum();
    }

    private static double value(String text) {
        return switch (text) {
            case "+Inf" -> Double.POSITIVE_INFINITY;
            case "-Inf" -> Double.NEGATIVE_INFINITY;
            default -> Double.parseDouble(text);
        };
    }

    @SuppressWarnings("NullAway") // a group that matched
    private static Map<String, String> labels(@org.jspecify.annotations.Nullable String text) {
        Map<String, String> labels = new TreeMap<>();
        if (text != null) {
            Matcher label = LABEL.matcher(text);
            while (label.find()) {
                labels.put(label.group(1), label.group(2).replace("\\\"", "\"").replace("\\\\", "\\"));
            }
        }
        return labels;
    }
}
