package org.popnet.admin.flush;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.InstantSource;
import org.popnet.platform.agent.CurrentTree;
import org.popnet.platform.control.ControlHttp;
import org.popnet.platform.control.ControlRoute;
import org.popnet.platform.control.Role;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpMethod;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Wires flushing, and lets in who may ask for it. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(FlushSettings.class)
class FlushWiring {
    @Bean
    FlushLedger flushLedger(
            FlushRepository flushes,
            ReceiptRepository receipts,
            PlatformTransactionManager transactions,
            InstantSource clock) {
        return new FlushLedger(flushes, receipts, new TransactionTemplate(transactions), clock);
    }

    @Bean
    FlushSender flushSender(
            ControlHttp http, CurrentTree tree, FlushLedger ledger, FlushSettings settings, MeterRegistry meters) {
        return new FlushSender(http, tree, ledger, settings, meters);
    }

    @Bean
    Flushes flushes(CurrentTree tree, FlushLedger ledger, FlushSender sender, MeterRegistry meters) {
        return new Flushes(tree, ledger, sender, meters);
    }

    @Bean
    ControlRoute flushRequestRoute() {
        return ControlRoute.of(HttpMethod.POST, "/flushes", Role.OPERATOR, Role.NETVIEW);
    }

    @Bean
    ControlRoute flushListRoute() {
        return ControlRoute.ofAnyRole(HttpMethod.GET, "/flushes");
    }

    @Bean
    ControlRoute flushRoute() {
        return ControlRoute.ofAnyRole(HttpMethod.GET, "/flushes/**");
    }

    @Bean
    ControlRoute descriptionRoute() {
        return ControlRoute.of(HttpMethod.GET, "/v3/api-docs", Role.OPERATOR, Role.NETVIEW);
    }
}
