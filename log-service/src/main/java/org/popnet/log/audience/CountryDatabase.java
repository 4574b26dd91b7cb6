package org.popnet.log.audience;

import com.maxmind.db.MaxMindDbConstructor;
import com.maxmind.db.MaxMindDbParameter;
import com.maxmind.db.Reader;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Countries of client addresses, by a database in MaxMind's format that the operator supplies (GeoLite2 Country, DB-IP
 * Country Lite, …). A newer file at the same place is taken up within a minute. For one thread.
 */
final class CountryDatabase implements Countries {
    private static final Logger log = LoggerFactory.getLogger(CountryDatabase.class);
    /** What the database knows no country of. */
    static final String UNKNOWN = "??";

    static final long LOOK_NANOS = 60_000_000_000L;

    private final Path file;
    private final LongSupplier nanos;
    private long lookedNanos;
    private Open open;

    private record Open(Reader reader, long changedMs) {}

    /** The part of a record that we read. */
    public record Located(@Nullable Country country) {
        @MaxMindDbConstructor
        public Located(@MaxMindDbParameter(name = "country") @Nullable Country country) {
            this.country = country;
        }
    }

    /** A country of a record. */
    public record Country(@Nullable String isoCode) {
        @MaxMindDbConstructor
        public Country(@MaxMindDbParameter(name = "iso_code") @Nullable String isoCode) {
            this.isoCode = isoCode;
        }
    }

    /**
     * @param nanos a clock like {@link System#nanoTime}
     * @throws IOException if the file cannot be read or is no such database
     */
    CountryDatabase(Path file, LongSupplier nanos) throws IOException {
        this.file = file;
        this.nanos = nanos;
        lookedNanos = nanos.getAsLong();
        open = open(file);
    }

    private static Open open(Path file) throws IOException {
        try {
            long changed = Files.getLastModifiedTime(file).toMillis();
            return new Open(new Reader(file.toFile(), Reader.FileMode.MEMORY), changed);
        } catch (IOException e) {
            throw new IOException(
                    "popnet.audience.country-database " + file + ": must be a database in MaxMind's format (.mmdb) with"
                            + " countries: " + e,
                    e);
        }
    }

    /** A damaged file leaves the one before in use. */
    private void refreshIfDue() {
        long now = nanos.getAsLong();
        if (now - lookedNanos < LOOK_NANOS) {
            return;
        }
        lookedNanos = now;
        try {
            if (Files.getLastModifiedTime(file).toMillis() != open.changedMs()) {
                open = open(file);
                log.info("country database {} taken up", file);
            }
        } catch (IOException e) {
            log.warn("the country database in use stays: {}", e.getMessage());
        }
    }

    /** {@inheritDoc} {@link #UNKNOWN} where the database has none. */
    @Override
    public Optional<String> of(String client) {
        refreshIfDue();
        try {
            Located located = open.reader().get(InetAddress.ofLiteral(client), Located.class);
            String code = located == null || located.country() == null
                    ? null
                    : located.country().isoCode();
            return Optional.of(code != null && code.length() == 2 ? code.toUpperCase(Locale.ROOT) : UNKNOWN);
        } catch (IOException | RuntimeException e) {
            return Optional.of(UNKNOWN); // a record of another shape, or an address that is none
        }
    }
}
