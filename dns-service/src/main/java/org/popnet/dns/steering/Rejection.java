package org.popnet.dns.steering;

import java.util.Locale;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Tells a trace whom a decision could not choose, and why; looked for only when somebody asks. */
final class Rejection {
    private Rejection() {}

    /** Of the candidates; where all are down, those that the rule names all the same are not among them. */
    static void of(CandidateGroup[] groups, TargetStates states, Choice out, Trace trace) {
        each(groups, states, out, true, trace);
    }

    /** Of the candidates where all are down and the rule names none of them. */
    static void ofNobodyNamed(CandidateGroup[] groups, TargetStates states, Choice out, Trace trace) {
        each(groups, states, out, false, trace);
    }

    /** Of those whom the rule's overflow names: who has no room either, unless it is a candidate anyway. */
    static void ofOverflow(
            CandidateGroup[] there, CandidateGroup[] candidates, TargetStates states, Choice out, Trace trace) {
        Predicate<Candidate> apart = member -> Stream.of(candidates)
                .flatMap(group -> Stream.of(group.members()))
                .noneMatch(candidate -> candidate.identity() == member.identity());
        for (CandidateGroup group : CandidateGroup.only(there, apart)) {
            for (Candidate member : group.members()) {
                if (states.down()[member.target()]) {
                    trace.reject(member, Trace.DOWN);
                } else if (Scoring.overloaded(member, states, out)) {
                    trace.reject(member, busy(member, states));
                }
            }
        }
    }

    /** @param downToo whether servers that are down are named when all are */
    private static void each(CandidateGroup[] groups, TargetStates states, Choice out, boolean downToo, Trace trace) {
        for (CandidateGroup group : groups) {
            for (Candidate member : group.members()) {
                boolean down = states.down()[member.target()];
                boolean eligible = Scoring.eligible(member, states, out);
                if (down && !(downToo && out.level == Choice.Level.DOWN && eligible)) {
                    trace.reject(member, Trace.DOWN);
                } else if (!down && !eligible) {
                    trace.reject(member, busy(member, states));
                }
            }
        }
    }

    private static String busy(Candidate member, TargetStates states) {
        float shed = states.shed()[member.target()];
        return shed > 0
                ? String.format(
                        Locale.ROOT, "overloaded: turns away %.0f %% of the clients, this one among them", 100 * shed)
                : "overloaded: %d %% of its capacity in use"
                        .formatted(Math.round(100 * states.utilisation()[member.target()]));
    }
}
