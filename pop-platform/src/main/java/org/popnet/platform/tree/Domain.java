package org.popnet.platform.tree;

import java.util.List;
import java.util.Optional;

/**
 * A name the network answers for.
 *
 * @param name in lower case, without a trailing dot
 * @param origin the host name that origins are asked for, when it differs from this domain: {@code
 *     www.customer1.example} behind {@code static.customer1.example}
 * @param checks what a customer server must pass to count as healthy for this domain
 * @param tags whether the origin's {@code Surrogate-Key} header is kept for flushing by tag
 * @param queryLogOneIn of the answered queries for this domain's addresses, one in so many is logged; 0 for none
 */
public record Domain(
        String name,
        String customer,
        Candidates candidates,
        Optional<String> origin,
        SteeringRule rule,
        List<Check> checks,
        boolean tags,
        int queryLogOneIn) {
    public Domain {
        checks = List.copyOf(checks);
    }

    /** The host name to ask the customer's servers for. */
    public String originHost() {
        return origin.orElse(name);
    }
}
