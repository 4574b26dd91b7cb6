package org.popnet.netview.access;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Keeps the two ports apart before anything else looks at a request: pages only on the people's port, and there only
 * pages. The other port's things are not refused but absent.
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE + 10)
final class PortGate extends OncePerRequestFilter {
    private final PeoplePort peoplePort;

    PortGate(PeoplePort peoplePort) {
        this.peoplePort = peoplePort;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        if (PageRoutes.admits(request, peoplePort.matches(request))) {
            chain.doFilter(request, response);
        } else {
            // What adds these to pages comes later and never sees this request.
            response.setHeader("Content-Security-Policy", PeopleSecurity.CONTENT_SECURITY_POLICY);
            response.setHeader("X-Content-Type-Options", "nosniff");
            response.sendError(HttpServletResponse.SC_NOT_FOUND);
        }
    }
}
