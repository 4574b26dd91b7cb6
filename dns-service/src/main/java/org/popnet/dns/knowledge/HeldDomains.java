package org.popnet.dns.knowledge;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.popnet.dns.steering.Candidate;
import org.popnet.dns.steering.SteeredDomain;

/**
 * The domains that not all of their candidates can serve, because some edges do not hold their rules yet: seldom any.
 * Immutable.
 *
 * @param narrowed by the domain as the tree has it, the very object: what is left of it
 * @param since from which generation on domains are hosted
 * @param told the generation that each edge told last
 */
public record HeldDomains(Map<SteeredDomain, SteeredDomain> narrowed, Map<String, Long> since, Map<String, Long> told) {
    static final HeldDomains ALL = new HeldDomains(Map.of(), Map.of(), Map.of());

    /** The domain with the candidates that hold it; the very same if all do. */
    public SteeredDomain of(SteeredDomain domain) {
        if (narrowed.isEmpty()) {
            return domain;
        }
        SteeredDomain left = narrowed.get(domain);
        return left == null ? domain : left;
    }

    /** Why a candidate of the tree is none now, in words; null if that is not because of its rules. */
    public @Nullable String why(SteeredDomain domain, Candidate candidate) {
        if (!candidate.isNode()) {
            return null;
        }
        long came = Math.max(1, since.getOrDefault(domain.domain().name(), 0L));
        Long has = told.get(candidate.id().machine());
        if (has == null) {
            return "has not said yet that it holds this domain, which came with generation " + came;
        }
        return has >= came
                ? null
                : "does not hold this domain yet: it is at generation " + has + ", the domain came with " + came;
    }
}
