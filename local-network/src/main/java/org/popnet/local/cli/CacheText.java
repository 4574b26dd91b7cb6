package org.popnet.local.cli;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** What an edge says of a URL, for people. */
final class CacheText {
    private CacheText() {}

    static String of(String edge, JsonNode explanation) {
        StringBuilder text = new StringBuilder(edge).append('\n');
        line(text, "next request", explanation.path("next").asString(""));
        line(
                text,
                "key",
                explanation.path("key").path("site").asString("") + " "
                        + explanation.path("key").path("target").asString(""));
        String until = explanation.path("passedUntil").asString("");
        if (!until.isEmpty()) {
            line(text, "until", until);
        }
        if (explanation.path("beingFetched").asBoolean(false)) {
            line(text, "fetching", "now");
        }
        for (JsonNode stored : explanation.path("stored")) {
            stored(text, stored);
        }
        return text.toString().stripTrailing();
    }

    private static void stored(StringBuilder text, JsonNode stored) {
        List<String> selected = new ArrayList<>();
        stored.path("selectedBy")
                .properties()
                .forEach(field -> selected.add(field.getKey() + ": "
                        + (field.getValue().isNull()
                                ? "(absent)"
                                : field.getValue().asString(""))));
        text.append("\n  ")
                .append(stored.path("status").asInt(0))
                .append("  ")
                .append(String.format(
                        java.util.Locale.ROOT, "%,d bytes", stored.path("bytes").asLong(0)))
                .append(selected.isEmpty() ? "" : "  for " + String.join(", ", selected))
                .append('\n');
        long ttl = stored.path("ttlSeconds").asLong(0);
        line(
                text,
                "  age",
                span(stored.path("ageSeconds").asLong(0)) + " of "
                        + span(stored.path("lifetimeSeconds").asLong(0))
                        + (ttl > 0 ? ", fresh for another " + span(ttl) : ", stale since " + span(-ttl)));
        line(text, "  by", stored.path("rule").asString(""));
        line(text, "  use", stored.path("use").asString(""));
        stored.path("validators")
                .properties()
                .forEach(field ->
                        line(text, "  " + field.getKey(), field.getValue().asString("")));
        String segments = stored.path("segments").asString("");
        if (!segments.isEmpty()) {
            line(text, "  segments", segments + " of 1 MiB");
        }
        List<String> tags = new ArrayList<>();
        stored.path("tags").forEach(tag -> tags.add(tag.asString("")));
        if (!tags.isEmpty()) {
            line(text, "  tags", String.join(" ", tags));
        }
    }

    private static void line(StringBuilder text, String name, String value) {
        text.append("  ")
                .append(name)
                .append(" ".repeat(Math.max(1, 16 - name.length())))
                .append(value)
                .append('\n');
    }

    /** {@code 2d 3h}, {@code 5min 2s}: the two largest units that are not zero. */
    private static String span(long seconds) {
        Duration span = Duration.ofSeconds(seconds);
        long[] counts = {span.toDays(), span.toHoursPart(), span.toMinutesPart(), span.toSecondsPart()};
        String[] units = {"d", "h", "min", "s"};
        List<String> parts = new ArrayList<>();
        for (int i = 0; i < counts.length && parts.size() < 2; i++) {
            if (counts[i] != 0) {
                parts.add(counts[i] + units[i]);
            }
        }
        return parts.isEmpty() ? "0s" : String.join(" ", parts);
    }
}
