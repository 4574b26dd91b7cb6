package org.popnet.log.audience;

import org.popnet.log.intake.LogSettings;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class AudienceConfiguration {
    @Bean
    Countries countries() {
        return Countries.none();
    }

    @Bean
    Compaction compaction(LogSettings settings) {
        return new Compaction(settings.urlsPerHour());
    }
}
