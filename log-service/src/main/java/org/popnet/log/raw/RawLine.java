package org.popnet.log.raw;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.popnet.platform.spool.AccessRecord;
import org.popnet.platform.spool.EventRecord;
import org.popnet.platform.spool.LogRecord;
import org.popnet.platform.spool.QueryRecord;
import org.popnet.platform.tree.NodeName;

/** One record as a line of JSON. */
final class RawLine {
    private RawLine() {}

    static void append(StringBuilder out, NodeName sender, long accountedMs, LogRecord record) {
        out.append("{\"time\":\"").append(instant(record.timeMs())).append('"');
        if (accountedMs != record.timeMs()) {
            out.append(",\"accounted\":\"").append(instant(accountedMs)).append('"');
        }
        text(out, "node", sender.toString());
        switch (record) {
            case AccessRecord access -> access(out, access);
            case QueryRecord query -> query(out, query);
            case EventRecord event -> event(out, event);
        }
        out.append("}\n");
    }

    private static void query(StringBuilder out, QueryRecord r) {
        text(out, "domain", r.domain());
        text(out, "client", r.client());
        text(out, "subnet", r.subnet());
        text(out, "type", r.type());
        text(out, "rcode", r.rcode());
        text(out, "answer", r.answer());
        text(out, "transport", r.transport());
        number(out, "micros", r.micros());
        number(out, "sampled", r.sampled());
    }

    private static void event(StringBuilder out, EventRecord r) {
        text(out, "kind", r.kind());
        text(out, "subject", r.subject());
        text(out, "reason", r.reason());
        text(out, "detail", r.detail());
        number(out, "micros", r.micros());
    }

    private static void access(StringBuilder out, AccessRecord r) {
        text(out, "site", r.site());
        text(out, "client", r.client());
        text(out, "method", r.method());
        text(out, "url", r.url());
        text(out, "protocol", r.protocol());
        number(out, "status", r.status());
        text(out, "cache", r.cache().name());
        number(out, "bytesOut", r.bytesOut());
        number(out, "bytesIn", r.bytesIn());
        number(out, "firstByteMicros", r.firstByteMicros());
        number(out, "durationMicros", r.durationMicros());
        text(out, "referrer", r.referrer());
        text(out, "userAgent", r.userAgent());
        text(out, "contentType", r.contentType());
    }

    private static String instant(long ms) {
        return Instant.ofEpochMilli(ms).toString();
    }

    private static void number(StringBuilder out, String name, long value) {
        out.append(",\"").append(name).append("\":").append(value);
    }

    private static void text(StringBuilder out, String name, @Nullable String value) {
        if (value == null) {
            return;
        }
        out.append(",\"").append(name).append("\":\"");
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < 0x20 || c == 0x7F || Character.isSurrogate(c)) {
                out.append(String.format("\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        out.append('"');
    }
}
