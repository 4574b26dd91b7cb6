package org.popnet.local.cli;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/** Lays JSON out for reading: single facts as lines, lists of objects as tables, whatever fields they have. */
final class JsonText {
    private JsonText() {}

    static String of(JsonNode json) {
        StringBuilder text = new StringBuilder();
        List<String> tables = new ArrayList<>();
        json.properties().forEach(field -> {
            JsonNode value = field.getValue();
            if (value.isArray() && !value.isEmpty() && value.get(0).isObject()) {
                tables.add("\n" + field.getKey() + "\n" + table(value));
            } else if (!value.isNull() && !(value.isArray() && value.isEmpty())) {
                text.append(String.format("%-14s %s%n", field.getKey(), cell(value)));
            }
        });
        return text + String.join("", tables);
    }

    private static String table(JsonNode rows) {
        Set<String> head = new LinkedHashSet<>();
        rows.forEach(row -> row.properties().forEach(field -> head.add(field.getKey())));
        Table table = new Table(head.toArray(String[]::new));
        rows.forEach(row ->
                table.row(head.stream().map(name -> cell(name, row.path(name))).toArray(String[]::new)));
        return table.toString().indent(2);
    }

    private static String cell(String name, JsonNode value) {
        return name.equals("share") && value.isNumber() ? Math.round(100 * value.asDouble()) + " %" : cell(value);
    }

    private static String cell(JsonNode value) {
        if (value.isMissingNode() || value.isNull()) {
            return "";
        }
        if (value.isFloatingPointNumber()) {
            return String.format(Locale.ROOT, "%.1f", value.asDouble());
        }
        if (value.isArray() && !value.isEmpty() && value.get(0).has("ms")) {
            return VisitReport.terms(value);
        }
        if (value.isArray()) {
            return value.valueStream().map(JsonText::cell).collect(Collectors.joining(", "));
        }
        if (value.isObject()) {
            return value.properties().stream()
                    .map(field -> field.getKey() + "=" + cell(field.getValue()))
                    .collect(Collectors.joining(" "));
        }
        return value.asString();
    }
}
