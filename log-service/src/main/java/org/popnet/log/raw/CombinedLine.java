package org.popnet.log.raw;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import tools.jackson.databind.JsonNode;

/**
 * The Combined Log Format of the Apache HTTP server. Quotes, backslashes, control characters and what is not ASCII are
 * escaped as that server does, so no request can forge a line. A client that left before an answer has status 499.
 */
final class CombinedLine {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("dd/MMM/uuuu:HH:mm:ss Z", Locale.ROOT).withZone(ZoneOffset.UTC);

    private CombinedLine() {}

    static void append(Appendable out, JsonNode record) throws IOException {
        word(out, record.path("client").asString());
        out.append(" - - [")
                .append(TIME.format(Instant.parse(record.path("time").asString())))
                .append("] \"");
        word(out, record.path("method").asString());
        out.append(' ');
        word(out, record.path("url").asString());
        out.append(' ');
        word(out, record.path("protocol").asString());
        out.append("\" ").append(Integer.toString(status(record))).append(' ');
        out.append(record.path("bytesOut").asString()).append(" \"");
        text(out, record.path("referrer").asString(""));
        out.append("\" \"");
        text(out, record.path("userAgent").asString(""));
        out.append("\"\n");
    }

    /** What a client that left before the answer has is what servers in the field log then. */
    static int status(JsonNode record) {
        int status = record.path("status").asInt();
        return status == 0 ? 499 : status;
    }

    private static void word(Appendable out, String text) throws IOException {
        text(out, text.replace(" ", "%20"));
    }

    private static void text(Appendable out, String text) throws IOException {
        if (text.isEmpty()) {
            out.append('-');
            return;
        }
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            if (b == '"' || b == '\\') {
                out.append('\\').append((char) b);
            } else if (b < 0x20 || b == 0x7F) {
                out.append(String.format("\\x%02x", b & 0xFF));
            } else {
                out.append((char) b);
            }
        }
    }
}
