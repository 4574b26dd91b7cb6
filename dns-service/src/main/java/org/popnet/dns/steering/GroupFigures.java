package org.popnet.dns.steering;

import org.jspecify.annotations.Nullable;

/**
 * What is the same for all clients in the score of a group, at one moment: compiled by the first decision that needs it, and
 * used by all others that see the same {@link TargetStates}. It holds where nobody is turned away by chance and some
 * candidate has room, which is nearly always; other decisions look at each member.
 */
final class GroupFigures {
    /** The moment that this is of. */
    final TargetStates states;

    /** Whether no member turns away a share of the clients, so that the rest of this holds for everybody. */
    final boolean uniform;

    /** How many members are up and have room. */
    final int open;

    /** The only one of them, if there is one. */
    final @Nullable Candidate only;

    /** Whether any member is up. */
    final boolean up;

    /** Weight × capacity that is free. */
    final double free;

    /** By capacity, of those with room: response time in ms, cost, and the fourth power of the load. */
    final double responseMs;

    final double cost;
    final double load;

    /** The same of each member, in their order; the share is 0 where there is no room. */
    final double[] memberShare;

    final double[] memberLoad;

    private GroupFigures(CandidateGroup group, TargetStates states) {
        this.states = states;
        Candidate[] members = group.members();
        memberShare = new double[members.length];
        memberLoad = new double[members.length];
        boolean sheds = false;
        boolean anyUp = false;
        int count = 0;
        Candidate last = null;
        Scoring.Sum sum = new Scoring.Sum();
        for (int i = 0; i < members.length; i++) {
            Candidate member = members[i];
            int target = member.target();
            sheds |= states.shed()[target] > 0;
            if (!states.down()[target]) {
                anyUp = true;
                float utilisation = states.utilisation()[target];
                if (utilisation < TargetStates.OVERLOADED) {
                    count++;
                    last = member;
                    sum.add(member, states);
                    memberShare[i] = Scoring.share(member, utilisation);
                    memberLoad[i] = Scoring.steep(utilisation);
                }
            }
        }
        uniform = !sheds;
        open = count;
        only = count == 1 ? last : null;
        up = anyUp;
        free = sum.free;
        responseMs = sum.responseMs();
        cost = sum.cost();
        load = Scoring.steep(sum.utilisation());
    }

    /** Whether this decision looks at what all others look at. */
    boolean holdFor(Choice decision) {
        return uniform && decision.level.room && decision.count == 0;
    }

    static GroupFigures of(CandidateGroup group, TargetStates states) {
        return new GroupFigures(group, states);
    }
}
