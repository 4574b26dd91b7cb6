package org.popnet.dns.explain;

import org.jspecify.annotations.Nullable;
import org.popnet.dns.steering.CandidateGroup;
import org.popnet.dns.steering.Choice;
import org.popnet.dns.steering.SteeredDomain;
import org.popnet.platform.tree.SteeringRule;

/** In a sentence, what overrules the scores: candidates that are all down or all too busy, or none at all. */
final class Situation {
    private Situation() {}

    /**
     * @param domain as the tree has it
     * @param groups who competed, of the family asked for
     * @return null if candidates with room were there, so that scores alone decided
     */
    static @Nullable String of(SteeredDomain domain, CandidateGroup[] groups, boolean v6, Choice choice) {
        SteeringRule rule = domain.domain().rule();
        if (groups.length == 0) {
            CandidateGroup[] inTree = v6 ? domain.v6() : domain.v4();
            return inTree.length == 0
                    ? "no candidate has an " + (v6 ? "IPv6" : "IPv4") + " address: the answer is empty (NODATA)"
                    : "no edge holds this domain yet: an error (SERVFAIL), so that whoever asks again is served";
        }
        return switch (choice.level()) {
            case HEALTHY -> null;
            case OVERFLOW ->
                "every candidate that is up turns this client away: the rule '" + rule.name() + "' ("
                        + (choice.host() == null
                                ? "overflow) has others answer"
                                : "overflow: {cname: " + choice.host() + "}) sends it elsewhere");
            case OVERLOADED -> "every candidate that is up turns this client away, " + overloaded(rule, choice);
            case DOWN -> "all candidates are down: the rule '" + rule.name() + "' (when-all-down: " + down(rule);
        };
    }

    private static String overloaded(SteeringRule rule, Choice choice) {
        return choice.persisted()
                ? "but it stays where it was before"
                : rule.overflow().isPresent()
                        ? "and so do all that the rule '" + rule.name() + "' has for overflow: it stays"
                        : "and the rule '" + rule.name() + "' has no overflow: it stays";
    }

    private static String down(SteeringRule rule) {
        return switch (rule.whenAllDown()) {
            case ALL -> "all) answers as if all were up";
            case LAST_GOOD -> "last-good) answers with those that went down last";
            case NONE -> "none) gives no address";
            case SERVFAIL -> "servfail) gives an error, so that resolvers go on with what they have";
            case CNAME -> "{cname: " + rule.downHost().orElse("") + "}) sends clients elsewhere";
        };
    }
}
