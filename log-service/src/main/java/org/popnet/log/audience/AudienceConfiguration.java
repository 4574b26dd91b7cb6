package org.popnet.log.audience;

import java.io.IOException;
import java.nio.file.Path;
import org.popnet.log.intake.LogSettings;
import org.popnet.platform.geo.GeoDatabase;
import org.popnet.platform.settings.StartRefusedException;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(AudienceSettings.class)
class AudienceConfiguration {
    @Bean
    Countries countries(AudienceSettings settings) {
        Path database = settings.countryDatabase();
        try {
            return database == null
                    ? Countries.none()
                    : new DatabaseCountries(
                            new GeoDatabase("popnet.audience.country-database", database, System::nanoTime));
        } catch (IOException e) {
            throw new StartRefusedException(String.valueOf(e.getMessage()), e);
        }
    }

    @Bean
    Compaction compaction(LogSettings settings) {
        return new Compaction(settings.urlsPerHour());
    }
}
