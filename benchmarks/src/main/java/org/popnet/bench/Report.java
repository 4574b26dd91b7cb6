package org.popnet.bench;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** What came out of a measurement: what took part, tables of figures, and for each target whether it is met. */
public final class Report {
    private final String title;
    private final Map<String, String> versions = new LinkedHashMap<>();
    private final List<Table> tables = new ArrayList<>();
    private final List<Verdict> verdicts = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();

    /** @param title of the measurement, the heading of its record: {@code Name server} */
    public Report(String title) {
        this.title = title;
    }

    String title() {
        return title;
    }

    /** Names a program that took part. */
    public Report version(String program, String version) {
        versions.put(program, version);
        return this;
    }

    /** Begins a table; rows are added to what this gives. */
    public Table table(String... head) {
        Table table = new Table(head);
        tables.add(table);
        return table;
    }

    public Report verdict(Verdict verdict) {
        verdicts.add(verdict);
        return this;
    }

    /** A sentence that a reader of the figures must know: how they were made, what is missing, why one is as it is. */
    public Report note(String sentence) {
        notes.add(sentence);
        return this;
    }

    /** Says which programs were not there. */
    public Report missing(List<String> programs) {
        return programs.isEmpty() ? this : note("Not installed, so left out: " + String.join(", ", programs) + ".");
    }

    /** For the terminal. */
    String text(Machine machine, LocalDate date) {
        StringBuilder text = new StringBuilder();
        text.append(title).append(", ").append(date).append('\n');
        text.append(machine).append('\n');
        if (!versions.isEmpty()) {
            text.append(versions()).append('\n');
        }
        tables.forEach(table -> text.append('\n').append(table.text()));
        if (!verdicts.isEmpty()) {
            text.append('\n').append(verdictTable().text());
        }
        notes.forEach(note -> text.append('\n').append(note));
        return text.toString();
    }

    /** A section for {@code docs/measurements.md}. */
    String markdown(Machine machine, LocalDate date) {
        List<String> parts = new ArrayList<>();
        parts.add("## " + heading(date));
        parts.add(machine + (versions.isEmpty() ? "" : " " + versions()));
        tables.forEach(table -> parts.add(table.markdown()));
        if (!verdicts.isEmpty()) {
            parts.add(verdictTable().markdown());
        }
        parts.addAll(notes);
        return parts.stream().map(String::strip).collect(Collectors.joining("\n\n")) + "\n";
    }

    String heading(LocalDate date) {
        return title + ", " + date;
    }

    private String versions() {
        return versions.entrySet().stream()
                        .map(e -> (e.getKey() + " " + e.getValue()).strip())
                        .collect(Collectors.joining(", "))
                + ".";
    }

    private Table verdictTable() {
        Table table = new Table("target", "measured", "");
        verdicts.forEach(v -> table.row(v.target(), v.measured(), v.words()));
        return table;
    }

    /** Columns of text: the first is what a row is about, the others are figures. */
    public static final class Table {
        private final List<String> head;
        private final List<List<String>> rows = new ArrayList<>();

        Table(String... head) {
            this.head = List.of(head);
        }

        /** @throws IllegalArgumentException if there are more or fewer cells than in the head */
        public Table row(String... cells) {
            if (cells.length != head.size()) {
                throw new IllegalArgumentException(cells.length + " cells for " + head.size() + " columns");
            }
            rows.add(List.of(cells));
            return this;
        }

        String text() {
            List<List<String>> all = new ArrayList<>(List.of(head));
            all.addAll(rows);
            int[] widths = new int[head.size()];
            all.forEach(row -> {
                for (int i = 0; i < widths.length; i++) {
                    widths[i] = Math.max(widths[i], row.get(i).length());
                }
            });
            StringBuilder text = new StringBuilder();
            all.forEach(row -> {
                StringBuilder line = new StringBuilder();
                for (int i = 0; i < widths.length; i++) {
                    line.append(row.get(i)).repeat(' ', widths[i] - row.get(i).length() + 2);
                }
                text.append(line.toString().stripTrailing()).append('\n');
            });
            return text.toString();
        }

        String markdown() {
            StringBuilder text = new StringBuilder();
            text.append("| ").append(String.join(" | ", head)).append(" |\n");
            text.append('|')
                    .append(String.join("", Collections.nCopies(head.size(), "---|")))
                    .append('\n');
            rows.forEach(row -> text.append("| ")
                    .append(row.stream().map(cell -> cell.replace("|", "\\|")).collect(Collectors.joining(" | ")))
                    .append(" |\n"));
            return text.toString();
        }
    }
}
