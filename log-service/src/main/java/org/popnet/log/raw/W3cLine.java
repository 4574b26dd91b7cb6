package org.popnet.log.raw;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import tools.jackson.databind.JsonNode;

/**
 * A line of the W3C Extended Log File Format. Fields are separated by spaces; a space in a field is {@code +}, a field
 * without a value {@code -}; control characters, quotes and what is not ASCII are percent-encoded, so no request can
 * forge a field or a line. {@code time-taken} is in seconds, as the format says.
 */
final class W3cLine {
    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final String FIELDS =
            "date time c-ip cs-method cs-uri-stem cs-uri-query cs-version cs-host sc-status"
                    + " sc-bytes cs-bytes time-taken cs(Referer) cs(User-Agent) sc(Content-Type) x-cache x-node";

    private W3cLine() {}

    static void begin(Appendable out, Instant from, Instant to) throws IOException {
        out.append("#Version: 1.0\n#Software: Popnet\n#Start-Date: ")
                .append(DATE.format(from))
                .append("\n#End-Date: ")
                .append(DATE.format(to))
                .append("\n#Fields: ")
                .append(FIELDS)
                .append('\n');
    }

    static void append(Appendable out, JsonNode record) throws IOException {
        String url = record.path("url").asString();
        int query = url.indexOf('?');
        long micros = record.path("durationMicros").asLong();
        out.append(DATE.format(Instant.parse(record.path("time").asString())));
        field(out, record.path("client").asString());
        field(out, record.path("method").asString());
        field(out, query < 0 ? url : url.substring(0, query));
        field(out, query < 0 ? "" : url.substring(query + 1));
        field(out, record.path("protocol").asString());
        field(out, record.path("site").asString());
        out.append(' ')
                .append(Integer.toString(CombinedLine.status(record)))
                .append(' ')
                .append(record.path("bytesOut").asString())
                .append(' ')
                .append(record.path("bytesIn").asString())
                .append(' ')
                .append(Long.toString(micros / 1_000_000))
                .append('.')
                .append(String.format(Locale.ROOT, "%06d", micros % 1_000_000));
        field(out, record.path("referrer").asString(""));
        field(out, record.path("userAgent").asString(""));
        field(out, record.path("contentType").asString(""));
        field(out, record.path("cache").asString());
        field(out, record.path("node").asString());
        out.append('\n');
    }

    private static void field(Appendable out, String text) throws IOException {
        out.append(' ');
        if (text.isEmpty()) {
            out.append('-');
            return;
        }
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            if (b == ' ') {
                out.append('+');
            } else if (b < 0x20 || b == 0x7F || b == '"' || b == '+') {
                out.append(String.format("%%%02X", b & 0xFF));
            } else {
                out.append((char) b);
            }
        }
    }
}
