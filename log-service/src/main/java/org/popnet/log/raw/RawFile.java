package org.popnet.log.raw;

import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.popnet.platform.spool.AccessRecord;
import org.popnet.platform.spool.EventRecord;
import org.popnet.platform.spool.LogRecord;
import org.popnet.platform.spool.QueryRecord;

/** The file of a customer's hour and of one kind of records. */
record RawFile(String customer, long hour, Kind kind) implements Comparable<RawFile> {
    static final String SUFFIX = ".ndjson.zst";
    static final long HOUR_MS = 3_600_000;
    private static final DateTimeFormatter FOLDERS =
            DateTimeFormatter.ofPattern("uuuu/MM/dd/HH").withZone(ZoneOffset.UTC);

    /** What a file holds; files of other kinds than accesses say theirs in their name. */
    enum Kind {
        ACCESS(""),
        QUERIES("-queries"),
        EVENTS("-events");

        private final String infix;

        Kind(String infix) {
            this.infix = infix;
        }
    }

    static RawFile of(String customer, long accountedMs, LogRecord record) {
        Kind kind =
                switch (record) {
                    case AccessRecord access -> Kind.ACCESS;
                    case QueryRecord query -> Kind.QUERIES;
                    case EventRecord event -> Kind.EVENTS;
                };
        return new RawFile(customer, Math.floorDiv(accountedMs, HOUR_MS), kind);
    }

    /** Relative to the root, with slashes. */
    String path() {
        return customer + "/" + FOLDERS.format(Instant.ofEpochMilli(hour * HOUR_MS)) + kind.infix + SUFFIX;
    }

    /** The path before which, in the order of characters, everything of the customer is older than the moment's hour. */
    static String pathBefore(String customer, Instant moment) {
        return customer + "/" + FOLDERS.format(moment);
    }

    /** @throws IllegalArgumentException unless it is one of the kinds' names in lower case */
    static Kind kind(String name) {
        return Kind.valueOf(name.toUpperCase(Locale.ROOT));
    }

    static String pathOf(Path root, Path file) {
        return root.relativize(file).toString().replace(java.io.File.separatorChar, '/');
    }

    @Override
    public int compareTo(RawFile other) {
        int byCustomer = customer.compareTo(other.customer);
        int byHour = byCustomer != 0 ? byCustomer : Long.compare(hour, other.hour);
        return byHour != 0 ? byHour : kind.compareTo(other.kind);
    }
}
