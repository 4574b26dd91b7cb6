package org.popnet.netview.access;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.util.List;
import org.springframework.http.HttpMethod;
import org.springframework.security.web.servlet.util.matcher.PathPatternRequestMatcher;
import org.springframework.security.web.util.matcher.OrRequestMatcher;
import org.springframework.security.web.util.matcher.RequestMatcher;

/**
 * Everything the people's port serves. What is not here is not there, so that a new control endpoint never shows up
 * among the pages by itself.
 */
final class PageRoutes {
    /** Needed to sign in. */
    static final RequestMatcher OPEN = any(HttpMethod.GET, "/login", "/assets/**", "/webjars/**");

    static final RequestMatcher SIGN_IN = any(HttpMethod.POST, "/login");

    /** For everyone who has signed in. */
    static final RequestMatcher READ = any(
            HttpMethod.GET,
            "/",
            "/traffic",
            "/traffic/export/{table}",
            "/billing", // neither exists for those who may not see bills
            "/billing/export/{month}",
            "/flush",
            "/flush/{site}/{number}",
            "/domains",
            "/domains/{name}",
            "/account");

    static final RequestMatcher OWN = any(HttpMethod.POST, "/account/password", "/logout");

    /** For whoever may remove content from caches. */
    static final RequestMatcher FLUSH = any(HttpMethod.POST, "/flush");

    /** For those who run the network; for others it does not exist. */
    static final RequestMatcher NETWORK = any(HttpMethod.GET, "/network");

    static final RequestMatcher ALL = new OrRequestMatcher(OPEN, SIGN_IN, READ, OWN, FLUSH, NETWORK);

    /** Where pages are, whatever is done there. */
    private static final RequestMatcher PLACES = request -> ALL.matches(request)
            || ALL.matches(new WithMethod(request, "GET"))
            || ALL.matches(new WithMethod(request, "POST"));

    private PageRoutes() {}

    /** Whether the request may go on, depending on the port it came through. */
    static boolean admits(HttpServletRequest request, boolean peoplesPort) {
        return peoplesPort ? ALL.matches(request) : !PLACES.matches(request);
    }

    /** A request as if it had another method. */
    private static final class WithMethod extends HttpServletRequestWrapper {
        private final String method;

        WithMethod(HttpServletRequest request, String method) {
            super(request);
            this.method = method;
        }

        @Override
        public String getMethod() {
            return method;
        }
    }

    private static RequestMatcher any(HttpMethod method, String... patterns) {
        PathPatternRequestMatcher.Builder builder = PathPatternRequestMatcher.withDefaults();
        return new OrRequestMatcher(List.of(patterns).stream()
                .<RequestMatcher>map(pattern -> method == HttpMethod.GET
                        ? new OrRequestMatcher(
                                builder.matcher(HttpMethod.GET, pattern), builder.matcher(HttpMethod.HEAD, pattern))
                        : builder.matcher(method, pattern))
                .toList());
    }
}
