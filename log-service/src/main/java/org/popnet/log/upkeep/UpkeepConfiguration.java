package org.popnet.log.upkeep;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.InstantSource;
import java.util.List;
import javax.sql.DataSource;
import org.popnet.log.database.LogDatabase;
import org.popnet.log.intake.LogSettings;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class UpkeepConfiguration {
    @Bean
    Retention retention(RetentionSettings settings, LogSettings log, InstantSource clock) {
        return new Retention(settings, log.lateMax(), clock);
    }

    @Bean
    Upkeep upkeep(DataSource database, LogDatabase state, List<Chore> chores, MeterRegistry meters) {
        return new Upkeep(database, state::isReady, chores, meters);
    }
}
