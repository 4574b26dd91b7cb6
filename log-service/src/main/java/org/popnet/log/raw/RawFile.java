package org.popnet.log.raw;

import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/** The file of a customer's hour. */
record RawFile(String customer, long hour) implements Comparable<RawFile> {
    static final String SUFFIX = ".ndjson.zst";
    static final long HOUR_MS = 3_600_000;
    private static final DateTimeFormatter FOLDERS =
            DateTimeFormatter.ofPattern("uuuu/MM/dd/HH").withZone(ZoneOffset.UTC);

    static RawFile of(String customer, long accountedMs) {
        return new RawFile(customer, Math.floorDiv(accountedMs, HOUR_MS));
    }

    /** Relative to the root, with slashes. */
    String path() {
        return customer + "/" + FOLDERS.format(Instant.ofEpochMilli(hour * HOUR_MS)) + SUFFIX;
    }

    static String pathOf(Path root, Path file) {
        return root.relativize(file).toString().replace(java.io.File.separatorChar, '/');
    }

    @Override
    public int compareTo(RawFile other) {
        int byCustomer = customer.compareTo(other.customer);
        return byCustomer != 0 ? byCustomer : Long.compare(hour, other.hour);
    }
}
