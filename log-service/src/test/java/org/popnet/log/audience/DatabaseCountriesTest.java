package org.popnet.log.audience;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.popnet.platform.geo.GeoDatabase;

/** The file says that 192.0.2.0/24 is in FR and 198.51.0.0/16 in "us". */
class DatabaseCountriesTest {
    @Test
    void everyClientIsCountedAlsoThoseOfNoCountry() throws Exception {
        Path file = Path.of(
                DatabaseCountriesTest.class.getResource("countries.mmdb").toURI());
        Countries countries = new DatabaseCountries(new GeoDatabase("popnet.audience.country-database", file, () -> 0));
        assertThat(countries.of("192.0.2.77")).hasValue("FR");
        assertThat(countries.of("198.51.100.1")).hasValue("US");
        assertThat(countries.of("203.0.113.1")).hasValue("??");
        assertThat(countries.of("not an address")).hasValue("??");
        assertThat(countries.of("2001:db8::1")).hasValue("??");
    }
}
