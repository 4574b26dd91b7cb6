package org.popnet.dns.steering;

import java.net.InetAddress;
import org.popnet.platform.message.TargetId;

/**
 * A server that may be the answer.
 *
 * @param target its place in {@link TargetStates}
 * @param id its health's name
 * @param identity a hash of the id that every name server computes alike
 * @param address as it stands in the answer, 4 or 16 bytes
 * @param capacity requests per second
 * @param weight its share among equals, relative
 * @param cost relative; a rule turns it into milliseconds
 */
@SuppressWarnings("ArrayRecordComponent") // read by the hot path, never changed, never compared
public record Candidate(
        int target, TargetId id, long identity, byte[] address, double capacity, double weight, double cost) {
    /** Whether it is one of the network's own edges, not a customer's server. */
    public boolean isNode() {
        return id.isNode();
    }

    /**
     * The same server at its second address.
     *
     * @param otherTarget whose health counts there: its own, or the first address's where nobody watches the second
     */
    public Candidate at(byte[] other, int otherTarget) {
        return new Candidate(otherTarget, id, identity, other, capacity, weight, cost);
    }

    public static Candidate of(
            int target, TargetId id, InetAddress address, double capacity, double weight, double cost) {
        return new Candidate(target, id, Hash.of(id.text()), address.getAddress(), capacity, weight, cost);
    }
}
