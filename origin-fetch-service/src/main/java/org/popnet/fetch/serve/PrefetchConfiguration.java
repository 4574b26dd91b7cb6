package org.popnet.fetch.serve;

import io.micrometer.core.instrument.MeterRegistry;
import org.popnet.platform.agent.CurrentTree;
import org.popnet.platform.control.ControlRoute;
import org.popnet.platform.control.Role;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpMethod;

/** Prefetching, with its endpoint on the control port. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(PrefetchSettings.class)
class PrefetchConfiguration {
    @Bean
    Prefetcher prefetcher(PrefetchSettings settings, CurrentTree tree, FetchPipeline pipeline, MeterRegistry meters) {
        return new Prefetcher(settings, new Admission(tree), pipeline, System::nanoTime, meters);
    }

    @Bean
    PrefetchController prefetchController(Prefetcher prefetcher) {
        return new PrefetchController(prefetcher);
    }

    @Bean
    ControlRoute prefetchRoute() {
        return ControlRoute.of(HttpMethod.POST, "/prefetches", Role.ADMIN, Role.OPERATOR);
    }

    @Bean
    ControlRoute prefetchProgressRoute() {
        return ControlRoute.of(HttpMethod.GET, "/prefetches/{id}", Role.ADMIN, Role.OPERATOR);
    }
}
