package org.popnet.log.raw;

import static org.popnet.log.raw.JsonLines.field;

import org.popnet.platform.spool.AccessRecord;
import org.popnet.platform.spool.EventRecord;
import org.popnet.platform.spool.LogRecord;
import org.popnet.platform.spool.QueryRecord;

/** One record as a line of JSON. */
final class RawLine {
    private static final byte[] TIME = field("time");
    private static final byte[] ACCOUNTED = field("accounted");
    private static final byte[] NODE = field("node");
    private static final byte[] CLIENT = field("client");
    private static final byte[] SITE = field("site");
    private static final byte[] METHOD = field("method");
    private static final byte[] URL = field("url");
    private static final byte[] PROTOCOL = field("protocol");
    private static final byte[] STATUS = field("status");
    private static final byte[] CACHE = field("cache");
    private static final byte[] BYTES_OUT = field("bytesOut");
    private static final byte[] BYTES_IN = field("bytesIn");
    private static final byte[] FIRST_BYTE = field("firstByteMicros");
    private static final byte[] DURATION = field("durationMicros");
    private static final byte[] REFERRER = field("referrer");
    private static final byte[] USER_AGENT = field("userAgent");
    private static final byte[] CONTENT_TYPE = field("contentType");
    private static final byte[] DOMAIN = field("domain");
    private static final byte[] SUBNET = field("subnet");
    private static final byte[] TYPE = field("type");
    private static final byte[] RCODE = field("rcode");
    private static final byte[] ANSWER = field("answer");
    private static final byte[] TRANSPORT = field("transport");
    private static final byte[] MICROS = field("micros");
    private static final byte[] SAMPLED = field("sampled");
    private static final byte[] KIND = field("kind");
    private static final byte[] SUBJECT = field("subject");
    private static final byte[] REASON = field("reason");
    private static final byte[] DETAIL = field("detail");

    private RawLine() {}

    static void append(JsonLines out, String node, long accountedMs, LogRecord record) {
        out.begin().time(TIME, record.timeMs());
        if (accountedMs != record.timeMs()) {
            out.time(ACCOUNTED, accountedMs);
        }
        out.text(NODE, node);
        switch (record) {
            case AccessRecord access -> access(out, access);
            case QueryRecord query -> query(out, query);
            case EventRecord event -> event(out, event);
        }
        out.end();
    }

    private static void access(JsonLines out, AccessRecord r) {
        out.text(SITE, r.site())
                .text(CLIENT, r.client())
                .text(METHOD, r.method())
                .text(URL, r.url())
                .text(PROTOCOL, r.protocol())
                .number(STATUS, r.status())
                .text(CACHE, r.cache().name())
                .number(BYTES_OUT, r.bytesOut())
                .number(BYTES_IN, r.bytesIn())
                .number(FIRST_BYTE, r.firstByteMicros())
                .number(DURATION, r.durationMicros())
                .text(REFERRER, r.referrer())
                .text(USER_AGENT, r.userAgent())
                .text(CONTENT_TYPE, r.contentType());
    }

    private static void query(JsonLines out, QueryRecord r) {
        out.text(DOMAIN, r.domain())
                .text(CLIENT, r.client())
                .text(SUBNET, r.subnet())
                .text(TYPE, r.type())
                .text(RCODE, r.rcode())
                .text(ANSWER, r.answer())
                .text(TRANSPORT, r.transport())
                .number(MICROS, r.micros())
                .number(SAMPLED, r.sampled());
    }

    private static void event(JsonLines out, EventRecord r) {
        out.text(KIND, r.kind())
                .text(SUBJECT, r.subject())
                .text(REASON, r.reason())
                .text(DETAIL, r.detail())
                .number(MICROS, r.micros());
    }
}
