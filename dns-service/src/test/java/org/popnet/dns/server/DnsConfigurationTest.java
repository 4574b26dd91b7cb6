package org.popnet.dns.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.popnet.dns.TestTrees;
import org.popnet.dns.knowledge.GeoLocations;
import org.popnet.dns.knowledge.KnowledgeSettings;
import org.popnet.dns.steering.Address;
import org.popnet.dns.steering.Topology;
import org.popnet.dns.zone.ZoneCompiler;
import org.popnet.platform.settings.StartRefusedException;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

/** What an operator writes into the name server's settings arrives, or is refused with its name. */
class DnsConfigurationTest {
    private static final String DATABASE = "popnet.dns.knowledge.location-database";

    private final DnsConfiguration configuration = new DnsConfiguration();

    private static Binder settings(String name, String value) {
        return new Binder(new MapConfigurationPropertySource(Map.of(name, value)));
    }

    private GeoLocations places(String file) {
        KnowledgeSettings settings =
                settings(DATABASE, file).bindOrCreate("popnet.dns.knowledge", KnowledgeSettings.class);
        return configuration.geoLocations(settings, new SimpleMeterRegistry());
    }

    @Test
    void databaseOfPlacesIsTakenFromTheFileThatTheSettingNames() throws Exception {
        Path file = Path.of(
                getClass().getResource("/org/popnet/dns/knowledge/places.mmdb").toURI());
        Topology topology =
                ZoneCompiler.compile(TestTrees.active(), TestTrees.SELF).topology();
        GeoLocations places = places(file.toString());
        InetAddress client = InetAddress.ofLiteral("192.0.2.77");
        assertThat(places.estimatesFrom(Address.high(client), Address.low(client), topology))
                .isNotEmpty();
        assertThat(places.located()).isEqualTo(1);
    }

    @Test
    void fileThatIsNoDatabaseIsRefusedWithTheSettingAndItsName(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(directory.resolve("places.mmdb"), "<html>sign in</html>");
        for (String wrong :
                new String[] {file.toString(), directory.resolve("none").toString(), directory.toString()}) {
            assertThatThrownBy(() -> places(wrong))
                    .isInstanceOf(StartRefusedException.class)
                    .hasMessageStartingWith(DATABASE + " is " + wrong + ": must be a database in MaxMind's format");
        }
    }

    @Test
    void fileOfTheCookieSecretIsTakenFromItsSetting() {
        assertThat(settings("popnet.dns.server.cookie-secret-file", "/etc/popnet/secret")
                        .bindOrCreate("popnet.dns.server", DnsSettings.class)
                        .cookieSecretFile())
                .hasValue("/etc/popnet/secret");
    }
}
