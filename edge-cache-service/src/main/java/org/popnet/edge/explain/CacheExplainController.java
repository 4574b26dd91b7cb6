package org.popnet.edge.explain;

import java.time.InstantSource;
import org.popnet.edge.memory.MemoryTier;
import org.popnet.edge.site.SiteRouter;
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

/** {@code GET /explain-cache?url=} on the control port. */
@RestController
class CacheExplainController {
    private final CacheExplainer explainer;

    CacheExplainController(SiteRouter router, MemoryTier memory, InstantSource clock) {
        this.explainer = new CacheExplainer(router, memory, clock);
    }

    /** What this edge has under the URL, and what a request for it gets. */
    @GetMapping("/explain-cache")
    CacheExplainer.Explanation explain(@RequestParam String url) {
        return explainer.explain(url);
    }

    @ExceptionHandler
    ProblemDetail malformed(IllegalArgumentException e) {
        return ProblemDetail.forStatusAndDetail(HttpStatus.BAD_REQUEST, String.valueOf(e.getMessage()));
    }

    @ExceptionHandler
    ProblemDetail notHosted(CacheExplainer.NotHostedException e) {
        return ProblemDetail.forStatusAndDetail(HttpStatus.NOT_FOUND, String.valueOf(e.getMessage()));
    }

    /** Who may ask. */
    @Configuration(proxyBeanMethods = false)
    static class Routes {
        @Bean
        ControlRoute explainCacheRoute() {
            return ControlRoute.of(HttpMethod.GET, "/explain-cache", Role.OPERATOR, Role.NETVIEW, Role.ADMIN);
        }
    }
}
