package org.popnet.netview.domains;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.popnet.platform.tree.Candidates;
import org.popnet.platform.tree.Domain;
import org.popnet.platform.tree.SteeringRule;

/**
 * A domain in words.
 *
 * @param kind what it is: hosted, traffic management, or both
 * @param persistence how long a client stays with its server; null if it does not
 */
record DomainView(
        String name,
        String kind,
        String candidates,
        @Nullable String origin,
        SteeringRule rule,
        String ttl,
        @Nullable String persistence,
        String whenAllDown,
        List<String> checks,
        boolean tags) {

    static DomainView of(Domain domain) {
        SteeringRule rule = domain.rule();
        return new DomainView(
                domain.name(),
                kind(domain.candidates()),
                candidates(domain.candidates()),
                domain.origin().orElse(null),
                rule,
                words(rule.ttl()),
                rule.persistence().isZero() ? null : words(rule.persistence()),
                switch (rule.whenAllDown()) {
                    case ALL -> "every server, as if all were healthy";
                    case LAST_GOOD -> "the last healthy ones";
                    case NONE -> "nothing";
                    case SERVFAIL -> "an error, so that resolvers keep what they have";
                    case CNAME -> "the name " + rule.downHost().orElseThrow();
                },
                domain.checks().stream().map(DomainsController::words).toList(),
                domain.tags());
    }

    private static String kind(Candidates candidates) {
        if (!candidates.hosted()) {
            return "traffic management";
        }
        return candidates.servers() ? "hosted, with your servers" : "hosted";
    }

    private static String candidates(Candidates candidates) {
        List<String> words = new ArrayList<>();
        if (!candidates.pops().isEmpty()) {
            words.add("POPs " + String.join(", ", candidates.pops()));
        }
        if (!candidates.nodes().isEmpty()) {
            words.add("edges "
                    + String.join(
                            ", ",
                            candidates.nodes().stream().map(Object::toString).toList()));
        }
        if (candidates.servers()) {
            words.add("your servers");
        }
        return String.join(" and ", words);
    }

    private static String words(Duration duration) {
        if (duration.toSeconds() % 3600 == 0 && duration.toHours() > 0) {
            return duration.toHours() + " h";
        }
        if (duration.toSeconds() % 60 == 0 && duration.toMinutes() > 0) {
            return duration.toMinutes() + " min";
        }
        return duration.toSeconds() + " s";
    }
}
