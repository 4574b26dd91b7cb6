package org.popnet.log.raw;

import java.io.IOException;
import java.time.Instant;
import tools.jackson.databind.JsonNode;

/** The forms that raw logs are handed out in. */
enum ExportFormat {
    /** One JSON object a line, as it is stored. */
    NDJSON("application/x-ndjson", "ndjson"),
    /** Of the Apache HTTP server. */
    COMBINED("text/plain;charset=utf-8", "log"),
    /** <a href="https://www.w3.org/TR/WD-logfile.html">Extended Log File Format</a> of the W3C. */
    W3C("text/plain;charset=utf-8", "log");

    private final String contentType;
    private final String extension;

    ExportFormat(String contentType, String extension) {
        this.contentType = contentType;
        this.extension = extension;
    }

    String contentType() {
        return contentType;
    }

    String extension() {
        return extension;
    }

    /** What stands before the lines. */
    void begin(Appendable out, Instant from, Instant to) throws IOException {
        switch (this) {
            case NDJSON, COMBINED -> {}
            case W3C -> W3cLine.begin(out, from, to);
        }
    }

    /** Writes a line, read from its stored form. */
    void append(Appendable out, String line, JsonNode record) throws IOException {
        switch (this) {
            case NDJSON -> out.append(line).append('\n');
            case COMBINED -> CombinedLine.append(out, record);
            case W3C -> W3cLine.append(out, record);
        }
    }
}
