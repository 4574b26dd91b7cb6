package org.popnet.platform.geo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.popnet.platform.tree.Location;

class GeoDatabaseTest {
    @TempDir
    Path directory;

    private final AtomicLong nanos = new AtomicLong();
    private Path file;

    @BeforeEach
    void name() {
        file = directory.resolve("places.mmdb");
    }

    private GeoDatabase open() throws IOException {
        return new GeoDatabase("popnet.test.database", file, nanos::get);
    }

    private static InetAddress address(String literal) {
        return InetAddress.ofLiteral(literal);
    }

    @Test
    void addressesHaveTheCountryOfTheOperatorsDatabase() throws Exception {
        new MmdbFile().country("FR", 192, 0, 2).country("us", 198, 51).write(file);
        GeoDatabase database = open();
        assertThat(database.country(address("192.0.2.77"))).hasValue("FR");
        assertThat(database.country(address("198.51.100.1"))).hasValue("US");
        assertThat(database.country(address("203.0.113.1"))).isEmpty();
        assertThat(database.country(address("2001:db8::1"))).isEmpty();
        assertThat(database.location(address("192.0.2.77"))).isEmpty();
    }

    @Test
    void addressesHaveThePlaceOfTheOperatorsDatabaseUnlessItIsNowhereOnEarth() throws Exception {
        new MmdbFile().place(48.9, 2.4, 192, 0, 2).place(200, 2.4, 198, 51).write(file);
        GeoDatabase database = open();
        assertThat(database.location(address("192.0.2.77"))).hasValue(new Location(48.9, 2.4));
        assertThat(database.location(address("198.51.100.1"))).isEmpty();
        assertThat(database.location(address("203.0.113.1"))).isEmpty();
    }

    @Test
    void aNewerFileIsTakenUpWithinAMinuteAndADamagedOneIsNot() throws Exception {
        new MmdbFile().country("FR", 192, 0, 2).write(file);
        GeoDatabase database = open();

        new MmdbFile().country("DE", 192, 0, 2).write(file);
        Files.setLastModifiedTime(file, FileTime.fromMillis(1_000_000));
        assertThat(database.refresh()).isFalse();
        assertThat(database.country(address("192.0.2.77"))).hasValue("FR");
        nanos.addAndGet(GeoDatabase.LOOK_NANOS);
        assertThat(database.refresh()).isTrue();
        assertThat(database.country(address("192.0.2.77"))).hasValue("DE");

        Files.writeString(file, "half a down");
        Files.setLastModifiedTime(file, FileTime.fromMillis(2_000_000));
        nanos.addAndGet(GeoDatabase.LOOK_NANOS);
        assertThat(database.refresh()).isFalse();
        assertThat(database.country(address("192.0.2.77"))).hasValue("DE");
    }

    @Test
    void aFileThatIsNoDatabaseIsRefusedAtStart() throws Exception {
        Files.writeString(file, "<html>sign in</html>");
        assertThatThrownBy(this::open)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("popnet.test.database")
                .hasMessageContaining("places.mmdb");
    }

    /** Cut off, or with other bytes wherever it may be: it is opened or refused, and nothing else happens. */
    @Test
    void aDamagedFileIsOpenedOrRefusedWithItsNameAndLeavesTheOneInUse() throws Exception {
        new MmdbFile().country("FR", 192, 0, 2).place(48.9, 2.4, 198, 51).write(file);
        byte[] whole = Files.readAllBytes(file);
        GeoDatabase inUse = open();
        Random random = new Random(20261128);
        int refused = 0;
        for (int i = 0; i < 2000; i++) {
            byte[] damaged = i < whole.length ? Arrays.copyOf(whole, i) : whole.clone();
            for (int change = random.nextInt(4); change > 0 && damaged.length > 0; change--) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            }
            Files.write(file, damaged);
            try {
                open().country(address("192.0.2.77"));
            } catch (IOException e) {
                refused++;
                assertThat(e).hasMessageContaining("popnet.test.database").hasMessageContaining("places.mmdb");
                Files.setLastModifiedTime(file, FileTime.fromMillis(1_000_000 + i));
                nanos.addAndGet(GeoDatabase.LOOK_NANOS);
                assertThat(inUse.refresh()).isFalse();
                assertThat(inUse.country(address("192.0.2.77"))).hasValue("FR");
            }
        }
        assertThat(refused).isGreaterThan(500);
    }

    @Test
    void aDatabaseWithDamagedRecordsKnowsLessAndBreaksNothing() throws Exception {
        new MmdbFile().country("FR", 192, 0, 2).place(48.9, 2.4, 198, 51).write(file);
        byte[] whole = Files.readAllBytes(file);
        int records = whole.length - 230;
        Random random = new Random(20261125);
        for (int i = 0; i < 500; i++) {
            byte[] damaged = whole.clone();
            damaged[random.nextInt(records)] = (byte) random.nextInt();
            Files.write(file, damaged);
            GeoDatabase database = open();
            Optional<String> country = database.country(address("192.0.2.77"));
            assertThat(country.map(String::length).orElse(2)).isEqualTo(2);
            database.location(address("198.51.100.1"));
        }
    }
}
