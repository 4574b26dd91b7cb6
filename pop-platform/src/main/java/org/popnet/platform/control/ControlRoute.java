package org.popnet.platform.control;

import java.util.EnumSet;
import java.util.Set;
import org.springframework.http.HttpMethod;

/**
 * Admits roles to an endpoint of the control port; a bean for each endpoint, beside its controller. What no route names
 * is refused.
 *
 * @param pattern a Spring path pattern: {@code /flushes/**}
 */
public record ControlRoute(HttpMethod method, String pattern, Set<Role> roles) {
    public static ControlRoute of(HttpMethod method, String pattern, Role first, Role... others) {
        return new ControlRoute(method, pattern, Set.copyOf(EnumSet.of(first, others)));
    }

    /** Admits every node of the network and the operator. */
    public static ControlRoute ofAnyRole(HttpMethod method, String pattern) {
        return new ControlRoute(method, pattern, Set.of(Role.values()));
    }
}
