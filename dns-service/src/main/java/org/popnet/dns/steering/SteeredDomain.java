package org.popnet.dns.steering;

import org.popnet.platform.tree.Domain;

/**
 * A domain with the candidates that its tree entry comes to.
 *
 * @param identity a hash of the name that every name server computes alike
 * @param v4 candidates with IPv4 addresses; empty if there are none, then the answer to A is NODATA
 * @param v6 candidates with IPv6 addresses
 * @param origins the customer's servers for this domain, whatever the candidates are: what {@code _origin} ranks
 */
@SuppressWarnings("ArrayRecordComponent") // read by the hot path, never changed, never compared
public record SteeredDomain(
        Domain domain, long identity, CandidateGroup[] v4, CandidateGroup[] v6, CandidateGroup[] origins) {
    public int ttlSeconds() {
        return (int) domain.rule().ttl().toSeconds();
    }
}
