package org.popnet.dns.steering;

import org.popnet.platform.tree.Domain;
import org.popnet.platform.tree.SteeringRule;

/**
 * What an answer needs of a domain's entry in the tree beside its candidates, in the units it is needed in. Domains with
 * the same terms share one object: of ten thousand domains with a few rules, these few stay in the processor's cache.
 *
 * @param persistenceMs how long a client stays with its server; 0 for not at all
 * @param queryLogOneIn of the answered queries one in so many is logged; 0 for none
 */
public record SteeringTerms(SteeringRule rule, int ttlSeconds, int answers, long persistenceMs, int queryLogOneIn) {
    public static SteeringTerms of(Domain domain) {
        SteeringRule rule = domain.rule();
        return new SteeringTerms(
                rule,
                (int) rule.ttl().toSeconds(),
                rule.answers(),
                rule.persistence().toMillis(),
                domain.queryLogOneIn());
    }
}
