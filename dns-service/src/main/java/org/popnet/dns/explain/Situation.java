package org.popnet.dns.explain;

import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.popnet.dns.steering.Candidate;
import org.popnet.dns.steering.CandidateGroup;
import org.popnet.dns.steering.Choice;
import org.popnet.dns.steering.SteeredDomain;
import org.popnet.platform.tree.SteeringRule;

/**
 * What overrules the scores: candidates that are all down or all too busy, or none at all.
 *
 * @param inTree the domain as the tree has it
 * @param held what is left of it, because some edges do not hold it yet
 * @param v6 whether AAAA is asked for instead of A
 */
record Situation(SteeredDomain inTree, SteeredDomain held, boolean v6) {
    /** The level where there is nobody to choose from, so that nothing is chosen. */
    private static final String NOBODY = "NONE";

    /** Who competes, of the family asked for; the very array that decisions are made by. */
    CandidateGroup[] competing() {
        return v6 ? held.v6() : held.v4();
    }

    private boolean isEmpty() {
        return competing().length == 0;
    }

    /** Whether edges have the family asked for, and none of them holds the domain: they will in a moment. */
    private boolean isTooNew() {
        return isEmpty() && candidates().length > 0;
    }

    private CandidateGroup[] candidates() {
        return v6 ? inTree.v6() : inTree.v4();
    }

    /** {@link Choice.Level}, or {@code NONE} where there is nobody to choose from. */
    String level(Choice choice) {
        return isEmpty() ? NOBODY : choice.level().name();
    }

    /** NOERROR or SERVFAIL. */
    String rcode(Choice choice) {
        return isTooNew() || choice.kind() == Choice.Kind.SERVFAIL ? "SERVFAIL" : "NOERROR";
    }

    /** In a sentence; null if candidates with room were there, so that scores alone decided. */
    @Nullable String told(Choice choice) {
        SteeringRule rule = inTree.domain().rule();
        if (isEmpty()) {
            return isTooNew() ? tooNew() : noneOfFamily();
        }
        return switch (choice.level()) {
            case HEALTHY -> null;
            case OVERFLOW ->
                "every candidate that is up turns this client away: the rule '" + rule.name() + "' ("
                        + (choice.host() == null
                                ? "overflow) has others answer"
                                : "overflow: {cname: " + choice.host() + "}) sends it elsewhere");
            case OVERLOADED -> "every candidate that is up turns this client away, " + overloaded(rule, choice);
            case DOWN -> all() + " are down: the rule '" + rule.name() + "' (when-all-down: " + down(rule);
        };
    }

    private String noneOfFamily() {
        return "no candidate has an " + family() + " address: the answer is empty (NODATA); users are sent to one by "
                + family() + " once it has such an address in network.yml"
                + (v6 ? " (address6)" : " (address, and its IPv6 address as address6)");
    }

    private String tooNew() {
        return "no edge " + (lacksFamily() ? withFamily() : "") + "holds this domain yet: an error (SERVFAIL), so that"
                + " whoever asks again is served; edges take up a new tree within seconds, and the log of one that does"
                + " not says why";
    }

    /** All that could be chosen, and what the others lack. */
    private String all() {
        String who = lacksFamily() ? "all candidates " + withFamily() : "all candidates ";
        boolean narrowed = !identities(candidates()).equals(identities(competing()));
        return narrowed ? who + "that hold this domain" : who.strip();
    }

    private boolean lacksFamily() {
        return !identities(candidates()).containsAll(identities(v6 ? inTree.v4() : inTree.v6()));
    }

    private String withFamily() {
        return "with an " + family() + " address ";
    }

    private String family() {
        return v6 ? "IPv6" : "IPv4";
    }

    private static Set<Long> identities(CandidateGroup[] groups) {
        return Stream.of(groups)
                .flatMap(group -> Arrays.stream(group.members()))
                .map(Candidate::identity)
                .collect(Collectors.toSet());
    }

    private String overloaded(SteeringRule rule, Choice choice) {
        if (choice.persisted()) {
            return "but it stays where it was before";
        }
        if (rule.overflow().isEmpty()) {
            return "and the rule '" + rule.name() + "' has no overflow: it stays";
        }
        String those = " that the rule '" + rule.name() + "' has for overflow ";
        if ((v6 ? held.overflowV6() : held.overflowV4()).length > 0) {
            return "and nobody" + those + "has room: it stays";
        }
        return (v6 ? inTree.overflowV6() : inTree.overflowV4()).length > 0
                ? "and no edge" + those + "holds this domain yet: it stays"
                : "and nobody" + those + "has an " + family() + " address: it stays";
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
