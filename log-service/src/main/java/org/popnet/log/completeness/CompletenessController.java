package org.popnet.log.completeness;

import io.swagger.v3.oas.annotations.Operation;
import java.util.List;
import org.popnet.log.database.KnownCustomers;
import org.popnet.platform.control.ControlRoute;
import org.popnet.platform.control.Role;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpMethod;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

@RestController
class CompletenessController {
    private final Completeness completeness;
    private final KnownCustomers customers;

    CompletenessController(Completeness completeness, KnownCustomers customers) {
        this.completeness = completeness;
        this.customers = customers;
    }

    @Operation(summary = "What has arrived of a customer's logs from whom, and which batches are missing")
    @GetMapping("/logs/completeness")
    List<Completeness.SenderReport> completeness(@RequestParam String customer) {
        customers.check(customer);
        return completeness.senders(customer);
    }

    @Configuration(proxyBeanMethods = false)
    static class Routes {
        @Bean
        ControlRoute completenessRoute() {
            return ControlRoute.of(HttpMethod.GET, "/logs/completeness", Role.NETVIEW, Role.OPERATOR);
        }
    }
}
