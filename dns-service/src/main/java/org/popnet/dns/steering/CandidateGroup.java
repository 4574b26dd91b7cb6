package org.popnet.dns.steering;

import java.util.Arrays;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What competes at first: a POP with its edges, of which one is chosen afterwards, or a single server. */
public final class CandidateGroup {
    /** A server that stands in no POP: its latency is known only through probes (the sum rule). */
    public static final int SERVER = -1;

    private final String name;
    private final long identity;
    private final int pop;
    private final Candidate[] members;
    /** Of the moment last asked for; all fields of it are final, so that it needs no lock. */
    private @Nullable GroupFigures figures;

    /**
     * @param name of the POP or server, for people
     * @param identity a hash of the name that every name server computes alike
     * @param pop the POP's index in {@link Topology}, or {@link #SERVER} for a customer's own server
     * @param members at least one; not to be changed
     */
    public CandidateGroup(String name, long identity, int pop, Candidate[] members) {
        this.name = name;
        this.identity = identity;
        this.pop = pop;
        this.members = members;
    }

    public static CandidateGroup of(String name, int pop, Candidate... members) {
        return new CandidateGroup(name, Hash.of(name), pop, members);
    }

    /** The same with its members weighing so many times as much. */
    public CandidateGroup weighing(double factor) {
        if (factor == 1) {
            return this;
        }
        Candidate[] weighted = Stream.of(members)
                .map(m -> new Candidate(
                        m.target(), m.id(), m.identity(), m.address(), m.capacity(), m.weight() * factor, m.cost()))
                .toArray(Candidate[]::new);
        return new CandidateGroup(name, identity, pop, weighted);
    }

    /** The candidates that pass, in their groups; the groups of those that lose nobody are the very same. */
    public static CandidateGroup[] only(CandidateGroup[] groups, Predicate<Candidate> passes) {
        return Stream.of(groups)
                .map(group -> {
                    Candidate[] left = Stream.of(group.members()).filter(passes).toArray(Candidate[]::new);
                    return left.length == group.members().length
                            ? group
                            : new CandidateGroup(group.name(), group.identity(), group.pop(), left);
                })
                .filter(group -> group.members().length > 0)
                .toArray(CandidateGroup[]::new);
    }

    /** Whether the same servers compete in both, at whatever addresses. */
    public static boolean sameServers(CandidateGroup[] some, CandidateGroup[] others) {
        return Arrays.equals(identities(some), identities(others));
    }

    private static long[] identities(CandidateGroup[] groups) {
        return Stream.of(groups)
                .flatMap(group -> Stream.of(group.members()))
                .mapToLong(Candidate::identity)
                .toArray();
    }

    public String name() {
        return name;
    }

    public long identity() {
        return identity;
    }

    public int pop() {
        return pop;
    }

    /** Not to be changed. */
    public Candidate[] members() {
        return members;
    }

    /** What all decisions by these states have in common. */
    @SuppressWarnings("ReferenceEquality") // the same moment, not an equal one
    GroupFigures figures(TargetStates states) {
        GroupFigures known = figures;
        if (known == null || known.states != states) {
            known = GroupFigures.of(this, states);
            figures = known;
        }
        return known;
    }
}
