package org.popnet.netview.domains;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.popnet.netview.page.Format;
import org.popnet.platform.message.TargetId;
import tools.jackson.databind.JsonNode;

/**
 * Why an answer was given, laid out for reading: what the client gets and the reason, single facts, then a table for each
 * list. Facts and tables follow what the name server says rather than a fixed form, so that a new term of the score shows
 * up by itself.
 *
 * @param answer a sentence: what the client gets
 * @param reason a sentence; empty if nothing was scored
 */
record Explanation(String answer, String reason, List<Fact> facts, List<Table> tables) {
    private static final int ROWS_MAX = 200;

    /** What is read first stands first. */
    private static final List<String> ORDER = List.of("answer", "scores", "rejected", "sources", "distances");

    /** What lists are called for people; a list that is not known here keeps the name server's word for it. */
    private static final Map<String, String> TITLES = Map.of(
            "answer", "Answer",
            "scores", "Scores: the lowest wins",
            "rejected", "Could not be chosen",
            "sources", "Who says so, and how long ago",
            "distances", "Distances of this client");

    /** What single facts and columns are called for people; what is not known here keeps the name server's word. */
    private static final Map<String, String> LABELS = Map.ofEntries(
            Map.entry("generation", "configuration"),
            Map.entry("ttl seconds", "time to live"),
            Map.entry("latency source", "distances"),
            Map.entry("latency age", "oldest distance"),
            Map.entry("level", "candidates"),
            Map.entry("scope", "holds for"),
            Map.entry("kept target", "kept at"),
            Map.entry("kept left", "kept for"),
            Map.entry("pop", "POP"),
            Map.entry("loss percent", "loss %"));

    /** What the page says already, in its title, its form, and the first sentences. */
    private static final Set<String> SAID = Set.of("name", "type", "client", "persisted", "host", "rcode", "situation");

    private static final int PROSE_LENGTH = 40;

    record Fact(String name, String value) {}

    /**
     * @param number whether all of it are numbers
     * @param prose whether it holds sentences, which may be broken over lines
     */
    record Column(String name, boolean number, boolean prose) {
        static Column of(String name, List<Map<String, String>> rows) {
            List<String> cells = rows.stream()
                    .map(row -> row.getOrDefault(name, ""))
                    .filter(cell -> !cell.isEmpty())
                    .toList();
            return new Column(
                    name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1),
                    !cells.isEmpty()
                            && cells.stream().allMatch(cell -> cell.matches("-?\\d+(\\.\\d+)?( %| s| min| h)?")),
                    cells.stream().anyMatch(cell -> cell.length() > PROSE_LENGTH));
        }
    }

    /** @param rows as many cells as the head has, empty where a row has no such field */
    record Table(String title, List<Column> head, List<List<String>> rows) {}

    static Explanation of(JsonNode explanation) {
        List<Fact> facts = new ArrayList<>();
        List<Table> tables = new ArrayList<>();
        explanation.properties().forEach(field -> {
            if (isTable(field.getValue())) {
                tables.add(table(field.getKey(), field.getValue()));
            } else if (!SAID.contains(field.getKey())) {
                flatten(field.getKey(), field.getValue(), facts);
            }
        });
        facts.removeIf(fact -> fact.name().equals("kept guess") && fact.value().equals("no"));
        tables.sort(Comparator.comparingInt(table -> {
            int place = ORDER.indexOf(table.title());
            return place < 0 ? ORDER.size() : place;
        }));
        tables.replaceAll(table ->
                new Table(TITLES.getOrDefault(table.title(), words(table.title())), table.head(), table.rows()));
        return new Explanation(answer(explanation), reason(explanation), facts, tables);
    }

    private static String answer(JsonNode explanation) {
        String client = explanation.path("client").asString("");
        String host = explanation.path("host").asString("");
        if (!host.isEmpty()) {
            return client + " is sent to " + host + ".";
        }
        if (explanation.path("rcode").asString("").equals("SERVFAIL")) {
            return client + " gets an error (SERVFAIL).";
        }
        String servers = explanation
                .path("answer")
                .valueStream()
                .map(chosen -> text(chosen.path("address")) + " (" + text(chosen.path("target")) + ")")
                .collect(Collectors.joining(", "));
        return client + (servers.isEmpty() ? " gets no address." : " gets " + servers + ".");
    }

    /** What overrules the scores, if anything does, then what they say. */
    private static String reason(JsonNode explanation) {
        String situation = explanation.path("situation").asString("");
        String byScores = byScores(explanation);
        return situation.isEmpty()
                ? byScores
                : situation.substring(0, 1).toUpperCase(Locale.ROOT)
                        + situation.substring(1)
                        + (byScores.isEmpty() ? "." : ". " + byScores);
    }

    private static String byScores(JsonNode explanation) {
        if (explanation.path("persisted").asBoolean(false)) {
            return "It stays at the server that it was given before.";
        }
        List<JsonNode> scores = explanation
                .path("scores")
                .valueStream()
                .filter(row -> row.path("round").asInt(1) == 1)
                .toList();
        return scores.stream()
                .filter(row -> row.path("chosen").asBoolean(false))
                .findFirst()
                .map(chosen -> {
                    double score = chosen.path("score").asDouble();
                    boolean lowest = scores.stream()
                            .allMatch(row -> score <= row.path("score").asDouble());
                    long near = scores.stream()
                            .filter(row -> row.path("near").asBoolean(false))
                            .count();
                    String whose = text(chosen.path("group"));
                    String ms = text(chosen.path("score")) + " ms";
                    return lowest && near <= 1
                            ? whose + " has the lowest score, " + ms + "."
                            : lowest
                                    ? whose + " has the lowest score, " + ms
                                            + ", and shares clients with those close to it."
                                    : whose + " scores " + ms + ", close enough to the lowest to share its clients.";
                })
                .orElse("");
    }

    /** A term of a score as a column of its own: what it adds, and of what that was made. */
    private static Fact term(JsonNode term) {
        String name = words(term.path("name").asString(""));
        String ms = text(term.path("ms"));
        if (name.equals("load") && term.has("value") && !ms.equals("0.0")) {
            // Not a product: it counts by its fourth power, and not for all clients alike.
            long inUse = Math.round(100 * term.path("value").asDouble());
            return new Fact(name, ms + " (" + inUse + " % in use)");
        }
        boolean product =
                term.has("value") && term.has("weight") && term.path("weight").asDouble() != 1;
        return new Fact(
                name,
                ms.equals("0.0")
                        ? "0"
                        : product
                                ? ms + " (" + text(term.path("value")) + " × " + text(term.path("weight")) + ")"
                                : ms);
    }

    private static boolean isTable(JsonNode value) {
        return value.isArray() && !value.isEmpty() && value.get(0).isObject();
    }

    private static void flatten(String name, JsonNode value, List<Fact> facts) {
        if (value.isObject()) {
            value.properties().forEach(field -> flatten(name + " " + field.getKey(), field.getValue(), facts));
        } else if (!value.isNull() && !(value.isArray() && value.isEmpty())) {
            facts.add(fact(name, value));
        }
    }

    private static Table table(String title, JsonNode list) {
        Set<String> head = new LinkedHashSet<>();
        List<Map<String, String>> rows = new ArrayList<>();
        for (JsonNode element : list) {
            if (rows.size() == ROWS_MAX) {
                break;
            }
            Map<String, String> row = new LinkedHashMap<>();
            element.properties().forEach(field -> {
                List<Fact> cells = new ArrayList<>();
                if (isTable(field.getValue())) {
                    field.getValue().forEach(term -> cells.add(term(term)));
                } else {
                    flatten(field.getKey(), field.getValue(), cells);
                }
                cells.forEach(cell -> row.put(cell.name(), cell.value()));
            });
            head.addAll(row.keySet());
            rows.add(row);
        }
        if (rows.stream().allMatch(row -> "1".equals(row.get("round")))) {
            head.remove("round");
        }
        return new Table(
                title,
                head.stream().map(name -> Column.of(name, rows)).toList(),
                rows.stream()
                        .map(row -> head.stream()
                                .map(name -> row.getOrDefault(name, ""))
                                .toList())
                        .toList());
    }

    /** Ages, remaining times and the like in words that people count in; other figures as they are. */
    private static Fact fact(String name, JsonNode value) {
        if (value.isIntegralNumber() && name.matches("(.*[aA]ge|.*left)Ms")) {
            return labelled(words(name.substring(0, name.length() - 2)), duration(value.asLong()));
        }
        String text = text(value);
        return switch (name) {
            case "ttlSeconds" -> labelled(words(name), text + " s");
            case "scope" -> labelled(name, text.equals("0") ? "everybody" : "the client's /" + text);
            case "share" -> labelled(name, Math.round(100 * value.asDouble()) + " %");
            case "latencySource" ->
                labelled(
                        words(name),
                        text.equals("TOPOLOGY")
                                ? "guessed from topology"
                                : text.toLowerCase(Locale.ROOT).replace('_', ' '));
            case "level" -> labelled(words(name), text.toLowerCase(Locale.ROOT).replace('_', ' '));
            default -> labelled(words(name), text);
        };
    }

    private static Fact labelled(String name, String value) {
        return new Fact(LABELS.getOrDefault(name, name), value);
    }

    private static String duration(long ms) {
        if (ms < 60_000) {
            return String.format(Locale.ROOT, "%.1f s", ms / 1000.0);
        }
        return ms < 7_200_000 ? ms / 60_000 + " min" : ms / 3_600_000 + " h";
    }

    private static String text(JsonNode value) {
        if (value.isArray()) {
            List<String> parts = new ArrayList<>();
            value.forEach(part -> parts.add(text(part)));
            return String.join(", ", parts);
        }
        if (value.isString() && value.asString().equals("NaN")) {
            return Format.UNKNOWN;
        }
        if (value.isFloatingPointNumber()) {
            return String.format(Locale.ROOT, "%.1f", value.asDouble());
        }
        if (value.isBoolean()) {
            return value.asBoolean() ? "yes" : "no";
        }
        return value.isObject() ? value.toString() : machine(value.asString());
    }

    /** A target by its machine, since the page is about one domain; other text as it is. */
    private static String machine(String text) {
        if (!text.startsWith("node:") && !text.startsWith("server:")) {
            return text;
        }
        TargetId target = new TargetId(text);
        return target.machine() + (target.isOverIpv6() ? " over IPv6" : "");
    }

    /** {@code responseMs} as {@code response ms}. */
    private static String words(String name) {
        return name.replaceAll("([a-z0-9])([A-Z])", "$1 $2").toLowerCase(Locale.ROOT);
    }
}
