package org.popnet.platform.geo;

import com.maxmind.db.MaxMindDbConstructor;
import com.maxmind.db.MaxMindDbParameter;
import com.maxmind.db.Reader;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.popnet.platform.tree.Location;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A database in MaxMind's format that the operator supplies (GeoLite2 or DB-IP, Country or City, …): none is shipped,
 * because their licences are between the operator and whoever makes them. It is read into memory; a newer file at the
 * same place is taken up, a damaged one leaves the one before in use. For any number of threads.
 */
public final class GeoDatabase {
    private static final Logger LOG = LoggerFactory.getLogger(GeoDatabase.class);
    /** How soon a newer file is noticed. */
    static final long LOOK_NANOS = 60_000_000_000L;

    private final String setting;
    private final Path file;
    private final LongSupplier nanos;
    private long lookedNanos;
    private volatile Open open;

    private record Open(Reader reader, long changedMs) {}

    /** The part of a record that we read. */
    public record Place(@Nullable Country country, @Nullable Coordinates location) {
        @MaxMindDbConstructor
        public Place(
                @MaxMindDbParameter(name = "country") @Nullable Country country,
                @MaxMindDbParameter(name = "location") @Nullable Coordinates location) {
            this.country = country;
            this.location = location;
        }
    }

    /** The country of a record. */
    public record Country(@Nullable String isoCode) {
        @MaxMindDbConstructor
        public Country(@MaxMindDbParameter(name = "iso_code") @Nullable String isoCode) {
            this.isoCode = isoCode;
        }
    }

    /** Where a record's addresses are, in degrees. */
    public record Coordinates(
            @Nullable Double latitude, @Nullable Double longitude) {
        @MaxMindDbConstructor
        public Coordinates(
                @MaxMindDbParameter(name = "latitude") @Nullable Double latitude,
                @MaxMindDbParameter(name = "longitude") @Nullable Double longitude) {
            this.latitude = latitude;
            this.longitude = longitude;
        }
    }

    /**
     * @param setting the property that names the file, for messages
     * @param nanos a clock like {@link System#nanoTime}
     * @throws IOException if the file cannot be read or is no such database
     */
    public GeoDatabase(String setting, Path file, LongSupplier nanos) throws IOException {
        this.setting = setting;
        this.file = file;
        this.nanos = nanos;
        lookedNanos = nanos.getAsLong();
        open = open();
    }

    private Open open() throws IOException {
        try {
            long changed = Files.getLastModifiedTime(file).toMillis();
            return new Open(new Reader(file.toFile(), Reader.FileMode.MEMORY), changed);
        } catch (IOException | RuntimeException e) { // the reader throws either, depending on where the damage is
            String came = e instanceof NoSuchFileException ? "there is no such file" : e.toString();
            throw new IOException(
                    setting + " is " + file + ": must be a database in MaxMind's format (.mmdb) that can be read ("
                            + came + "); put one there whole, or leave the setting out",
                    e);
        }
    }

    /**
     * Looks once a minute whether there is a newer file.
     *
     * @return whether one was taken up
     */
    public synchronized boolean refresh() {
        long now = nanos.getAsLong();
        if (now - lookedNanos < LOOK_NANOS) {
            return false;
        }
        lookedNanos = now;
        try {
            if (Files.getLastModifiedTime(file).toMillis() == open.changedMs()) {
                return false;
            }
            open = open();
            LOG.info("{}: {} taken up anew", setting, file);
            return true;
        } catch (IOException e) {
            LOG.warn("the database in use stays: {}", e.getMessage());
            return false;
        }
    }

    /** The ISO 3166-1 code of the address's country, in capitals. */
    public Optional<String> country(InetAddress address) {
        Place place = place(address);
        String code = place == null || place.country() == null
                ? null
                : place.country().isoCode();
        return Optional.ofNullable(code).filter(c -> c.length() == 2).map(c -> c.toUpperCase(Locale.ROOT));
    }

    /** Where the address is; country databases do not know. */
    public Optional<Location> location(InetAddress address) {
        Place place = place(address);
        Coordinates at = place == null ? null : place.location();
        if (at == null || at.latitude() == null || at.longitude() == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(new Location(at.latitude(), at.longitude()));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private @Nullable Place place(InetAddress address) {
        try {
            return open.reader().get(address, Place.class);
        } catch (IOException | RuntimeException e) {
            return null; // a record of another shape, or an IPv6 address where only IPv4 is known
        }
    }
}
