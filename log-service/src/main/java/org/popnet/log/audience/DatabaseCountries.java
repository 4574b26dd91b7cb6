package org.popnet.log.audience;

import java.net.InetAddress;
import java.util.Optional;
import org.popnet.platform.geo.GeoDatabase;

/** Countries by a database that the operator supplies; a newer file is taken up within a minute. */
final class DatabaseCountries implements Countries {
    /** What the database knows no country of. */
    static final String UNKNOWN = "??";

    private final GeoDatabase database;

    DatabaseCountries(GeoDatabase database) {
        this.database = database;
    }

    @Override
    public Optional<String> of(String client) {
        database.refresh();
        InetAddress address;
        try {
            address = InetAddress.ofLiteral(client);
        } catch (IllegalArgumentException e) {
            return Optional.of(UNKNOWN);
        }
        return Optional.of(database.country(address).orElse(UNKNOWN));
    }
}
