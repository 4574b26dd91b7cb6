package org.popnet.dns.steering;

import java.util.Arrays;
import java.util.stream.Stream;

/**
 * What competes at first: a POP with its edges, of which one is chosen afterwards, or a single server.
 *
 * @param name of the POP or server, for people
 * @param identity a hash of the name that every name server computes alike
 * @param pop the POP's index in {@link Topology}, or {@link #SERVER} for a customer's own server
 * @param members at least one
 */
@SuppressWarnings("ArrayRecordComponent") // read by the hot path, never changed, never compared
public record CandidateGroup(String name, long identity, int pop, Candidate[] members) {
    /** A server that stands in no POP: its latency is known only through probes (the sum rule). */
    public static final int SERVER = -1;

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

    public static CandidateGroup of(String name, int pop, Candidate... members) {
        return new CandidateGroup(name, Hash.of(name), pop, members);
    }
}
