package org.popnet.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;

/** The file in which measurements are written down: a section for each, the newest first. */
final class MeasurementsFile {
    private MeasurementsFile() {}

    static void write(Path file, Report report, Machine machine, LocalDate date) throws IOException {
        Files.writeString(file, insert(Files.readString(file), report, machine, date));
    }

    /** The text with the report before all other sections, in place of one of the same measurement and day. */
    static String insert(String text, Report report, Machine machine, LocalDate date) {
        String rest = remove(text, "## " + report.heading(date) + "\n");
        int first = rest.startsWith("## ") ? 0 : rest.indexOf("\n## ") + 1;
        int at = first == 0 && !rest.startsWith("## ") ? rest.length() : first;
        return rest.substring(0, at) + report.markdown(machine, date) + "\n" + rest.substring(at);
    }

    private static String remove(String text, String heading) {
        int from = text.startsWith(heading) ? 0 : text.indexOf("\n" + heading) + 1;
        if (from == 0 && !text.startsWith(heading)) {
            return text;
        }
        int next = text.indexOf("\n## ", from);
        return text.substring(0, from) + (next < 0 ? "" : text.substring(next + 1));
    }
}
