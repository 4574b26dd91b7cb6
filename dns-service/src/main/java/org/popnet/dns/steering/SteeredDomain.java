package org.popnet.dns.steering;

import org.popnet.platform.tree.Domain;

/**
 * A domain with the candidates that its tree entry comes to.
 *
 * @param terms what its answers need of {@code domain}: shared among domains, so that they need not fetch it from memory
 * @param identity a hash of the name that every name server computes alike
 * @param identityV6 what clients are kept at their servers by when they ask for IPv6 addresses: {@code identity} where
 *     the same servers have both, so that a client has one server by either family, and another number where not, so
 *     that a server of one family alone does not draw clients from the other's
 * @param v4 candidates with IPv4 addresses; empty if there are none, then the answer to A is NODATA
 * @param v6 candidates with IPv6 addresses
 * @param origins the customer's servers for this domain, whatever the candidates are: what {@code _origin} ranks
 * @param overflowV4 where clients go whom all candidates turn away; empty if the rule names no servers
 * @param overflowV6 the same with IPv6 addresses
 */
@SuppressWarnings("ArrayRecordComponent") // read by the hot path, never changed, never compared
public record SteeredDomain(
        Domain domain,
        SteeringTerms terms,
        long identity,
        long identityV6,
        CandidateGroup[] v4,
        CandidateGroup[] v6,
        CandidateGroup[] origins,
        CandidateGroup[] overflowV4,
        CandidateGroup[] overflowV6) {
    static final CandidateGroup[] NOWHERE = {};
    private static final long APART_V4 = 0x4a9a_4a9aL;
    private static final long APART_V6 = 0x6a9a_6a9aL;

    public int ttlSeconds() {
        return terms.ttlSeconds();
    }

    /** The overflow of the same family as these candidates. */
    CandidateGroup[] overflowOf(CandidateGroup[] groups) {
        return groups == v4 ? overflowV4 : groups == v6 ? overflowV6 : NOWHERE;
    }

    /**
     * Whether these are the origins, of which all are listed, best first: what the rule says of users whom nobody takes
     * is not for them.
     */
    boolean isList(CandidateGroup[] groups) {
        return groups == origins;
    }

    /** The same domain with other candidates. */
    public SteeredDomain with(
            CandidateGroup[] otherV4,
            CandidateGroup[] otherV6,
            CandidateGroup[] otherOverflowV4,
            CandidateGroup[] otherOverflowV6) {
        return new SteeredDomain(
                domain, terms, identity, identityV6, otherV4, otherV6, origins, otherOverflowV4, otherOverflowV6);
    }

    /** Whether this is that with the very same candidates. */
    public boolean hasCandidatesOf(SteeredDomain other) {
        return v4 == other.v4 && v6 == other.v6 && overflowV4 == other.overflowV4 && overflowV6 == other.overflowV6;
    }

    /**
     * Whether a client's server, which is down for those who ask for these candidates, is up at its address of the other
     * family: then the client stays with it there, and by this family has another server ({@link #identityApart}) for as
     * long.
     */
    public boolean isUpByOtherFamily(CandidateGroup[] groups, long server, TargetStates states) {
        CandidateGroup[] others = identity != identityV6 ? NOWHERE : groups == v6 ? v4 : groups == v4 ? v6 : NOWHERE;
        for (CandidateGroup group : others) {
            for (Candidate member : group.members()) {
                if (member.identity() == server) {
                    return !states.down()[member.target()];
                }
            }
        }
        return false;
    }

    /** By what a client is kept that has another server by this family alone. */
    public long identityApart(CandidateGroup[] groups) {
        return Hash.mix(identity ^ (groups == v6 ? APART_V6 : APART_V4));
    }

    /** By what a client is kept that these candidates compete for. */
    public long identityOf(CandidateGroup[] groups) {
        return groups == v6 ? identityV6 : identity;
    }
}
