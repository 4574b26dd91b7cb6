package org.popnet.log.audience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CountryDatabaseTest {
    @TempDir
    Path directory;

    private final AtomicLong nanos = new AtomicLong();

    @Test
    void addressesHaveTheCountryOfTheOperatorsDatabase() throws Exception {
        Path file = directory.resolve("countries.mmdb");
        new MmdbFile().country("FR", 192, 0, 2).country("us", 198, 51).write(file);
        Countries countries = new CountryDatabase(file, nanos::get);
        assertThat(countries.of("192.0.2.77")).hasValue("FR");
        assertThat(countries.of("198.51.100.1")).hasValue("US");
        assertThat(countries.of("203.0.113.1")).hasValue("??");
        assertThat(countries.of("not an address")).hasValue("??");
        assertThat(countries.of("2001:db8::1")).hasValue("??");
    }

    @Test
    void aNewerFileIsTakenUpWithinAMinuteAndADamagedOneIsNot() throws Exception {
        Path file = directory.resolve("countries.mmdb");
        new MmdbFile().country("FR", 192, 0, 2).write(file);
        Countries countries = new CountryDatabase(file, nanos::get);

        new MmdbFile().country("DE", 192, 0, 2).write(file);
        Files.setLastModifiedTime(file, FileTime.fromMillis(1_000_000));
        assertThat(countries.of("192.0.2.77")).hasValue("FR");
        nanos.addAndGet(CountryDatabase.LOOK_NANOS);
        assertThat(countries.of("192.0.2.77")).hasValue("DE");

        Files.writeString(file, "half a down");
        Files.setLastModifiedTime(file, FileTime.fromMillis(2_000_000));
        nanos.addAndGet(CountryDatabase.LOOK_NANOS);
        assertThat(countries.of("192.0.2.77")).hasValue("DE");
    }

    @Test
    void aFileThatIsNoDatabaseIsRefusedAtStart() throws Exception {
        Path file = Files.writeString(directory.resolve("wrong.mmdb"), "<html>sign in</html>");
        assertThatThrownBy(() -> new CountryDatabase(file, nanos::get))
                .hasMessageContaining("popnet.audience.country-database")
                .hasMessageContaining("wrong.mmdb");
    }
}
