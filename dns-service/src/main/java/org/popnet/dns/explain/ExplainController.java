package org.popnet.dns.explain;

import java.net.InetAddress;
import java.util.List;
import java.util.Locale;
import org.popnet.dns.knowledge.Knowledge;
import org.popnet.dns.knowledge.TargetReport;
import org.popnet.platform.control.ControlRoute;
import org.popnet.platform.control.Role;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** {@code GET /explain} and {@code GET /targets} on the control port. */
@RestController
class ExplainController {
    private final Knowledge knowledge;
    private final Explainer explainer;

    ExplainController(Knowledge knowledge) {
        this.knowledge = knowledge;
        this.explainer = new Explainer(knowledge);
    }

    /** Why this client gets the answer it gets for this name. */
    @GetMapping("/explain")
    Explainer.Explanation explain(
            @RequestParam String name, @RequestParam String client, @RequestParam(defaultValue = "A") String type) {
        boolean v6 =
                switch (type.toUpperCase(Locale.ROOT)) {
                    case "A" -> false;
                    case "AAAA" -> true;
                    default -> throw new IllegalArgumentException("type '" + type + "': must be A or AAAA");
                };
        InetAddress address;
        try {
            address = InetAddress.ofLiteral(client);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("client '" + client + "': must be an IPv4 or IPv6 address", e);
        }
        return explainer.explain(name, address, v6);
    }

    /** How every watched server is, from every vantage point. */
    @GetMapping("/targets")
    List<TargetReport> targets() {
        return knowledge.targets();
    }

    @ExceptionHandler
    ProblemDetail malformed(IllegalArgumentException e) {
        return ProblemDetail.forStatusAndDetail(HttpStatus.BAD_REQUEST, String.valueOf(e.getMessage()));
    }

    @ExceptionHandler
    ProblemDetail notSteered(Explainer.NotSteeredException e) {
        return ProblemDetail.forStatusAndDetail(HttpStatus.NOT_FOUND, String.valueOf(e.getMessage()));
    }

    /** Who may ask. */
    @Configuration(proxyBeanMethods = false)
    static class Routes {
        @Bean
        ControlRoute explainRoute() {
            return ControlRoute.of(HttpMethod.GET, "/explain", Role.OPERATOR, Role.NETVIEW, Role.ADMIN);
        }

        @Bean
        ControlRoute targetsRoute() {
            return ControlRoute.of(HttpMethod.GET, "/targets", Role.OPERATOR, Role.NETVIEW, Role.ADMIN);
        }
    }
}
