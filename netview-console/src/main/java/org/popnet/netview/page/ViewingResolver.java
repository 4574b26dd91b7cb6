package org.popnet.netview.page;

import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import java.time.DateTimeException;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.popnet.netview.account.ConsoleUser;
import org.popnet.platform.agent.CurrentTree;
import org.popnet.platform.tree.ActiveTree;
import org.popnet.platform.tree.Customer;
import org.popnet.platform.tree.Domain;
import org.springframework.core.MethodParameter;
import org.springframework.http.HttpStatus;
import org.springframework.security.core.Authentication;
import org.springframework.stereotype.Component;
import org.springframework.web.bind.support.WebDataBinderFactory;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.method.support.ModelAndViewContainer;
import org.springframework.web.server.ResponseStatusException;

/** Makes the {@link Viewing} of a request: the one place where a customer or a domain is taken from an address. */
@Component
final class ViewingResolver implements HandlerMethodArgumentResolver {
    private static final String ATTRIBUTE = Viewing.class.getName();
    private static final String ZONE_COOKIE = "zone";

    private final CurrentTree currentTree;
    private final InstantSource clock;

    ViewingResolver(CurrentTree currentTree, InstantSource clock) {
        this.currentTree = currentTree;
        this.clock = clock;
    }

    @Override
    public boolean supportsParameter(MethodParameter parameter) {
        return parameter.getParameterType() == Viewing.class;
    }

    @Override
    public Object resolveArgument(
            MethodParameter parameter,
            @Nullable ModelAndViewContainer container,
            NativeWebRequest webRequest,
            @Nullable WebDataBinderFactory binderFactory) {
        HttpServletRequest request = webRequest.getNativeRequest(HttpServletRequest.class);
        if (request == null) {
            throw new IllegalStateException("not a servlet request");
        }
        if (request.getAttribute(ATTRIBUTE) instanceof Viewing viewing) {
            return viewing;
        }
        Viewing viewing = resolve(request);
        request.setAttribute(ATTRIBUTE, viewing);
        return viewing;
    }

    private Viewing resolve(HttpServletRequest request) {
        if (!(request.getUserPrincipal() instanceof Authentication authentication)
                || !(authentication.getPrincipal() instanceof ConsoleUser user)) {
            throw new ResponseStatusException(HttpStatus.UNAUTHORIZED);
        }
        ActiveTree active = currentTree.get();
        Customer customer = customer(user, active, request.getParameter("customer"));
        return new Viewing(
                user,
                active,
                customer,
                domain(customer, request.getParameter("domain")),
                range(request.getParameter("range")),
                clock.instant(),
                zone(request),
                request.getRequestURI());
    }

    private static Customer customer(ConsoleUser user, ActiveTree active, @Nullable String asked) {
        Map<String, Customer> customers = active.tree().customers();
        if (!user.role().isNetwork()) {
            Customer own = user.customer() == null ? null : customers.get(user.customer());
            if (own == null || (asked != null && !asked.isEmpty() && !asked.equals(own.name()))) {
                throw new NotFound("customer");
            }
            return own;
        }
        Customer network = new Customer(Customer.NETWORK, Map.of(), Map.of(), Map.of(), Customer.KEEP_LOGS);
        if (asked == null || asked.isEmpty()) {
            return customers.values().stream().findFirst().orElse(network);
        }
        Customer found = asked.equals(Customer.NETWORK) ? network : customers.get(asked);
        if (found == null) {
            throw new NotFound("customer");
        }
        return found;
    }

    private static @Nullable Domain domain(Customer customer, @Nullable String asked) {
        if (asked == null || asked.isEmpty()) {
            return null;
        }
        Domain found = customer.domains().get(asked);
        if (found == null) {
            throw new NotFound("domain");
        }
        return found;
    }

    private static TimeRange range(@Nullable String asked) {
        if (asked == null || asked.isEmpty()) {
            return TimeRange.DEFAULT;
        }
        return TimeRange.ofKey(asked)
                .orElseThrow(() ->
                        new ResponseStatusException(HttpStatus.BAD_REQUEST, "range: must be 1h, 6h, 24h, 7d or 30d"));
    }

    private static ZoneId zone(HttpServletRequest request) {
        Cookie[] cookies = request.getCookies();
        if (cookies != null) {
            for (Cookie cookie : cookies) {
                if (cookie.getName().equals(ZONE_COOKIE)) {
                    try {
                        return ZoneId.of(cookie.getValue());
                    } catch (DateTimeException e) {
                        return ZoneOffset.UTC;
                    }
                }
            }
        }
        return ZoneOffset.UTC;
    }
}
