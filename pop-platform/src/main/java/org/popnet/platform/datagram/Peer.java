package org.popnet.platform.datagram;

import java.security.InvalidKeyException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.crypto.SecretKey;
import org.popnet.platform.identity.NodeKeyPair;
import org.popnet.platform.tree.NodeKey;
import org.popnet.platform.tree.NodeName;

/**
 * What is remembered of another node for as long as this process lives, across trees and also while no tree names it:
 * sequence numbers must not start again, and what was seen must stay seen.
 */
final class Peer {
    /** More pairs of keys than this are never in use at the same time: two of ours, two of the other's. */
    private static final int KEY_PAIRS_MAX = 4;

    private final NodeName name;
    private final Map<KeyPairing, SecretKey> agreed = new ConcurrentHashMap<>();

    /** The newest epoch that the node has proved to be in; 0 if none. */
    private volatile long epoch;

    /** Touched by the receiving thread only. */
    final Inbound inbound = new Inbound();

    /** Touched under its own lock only. */
    final Outbound outbound = new Outbound();

    Peer(NodeName name) {
        this.name = name;
    }

    NodeName name() {
        return name;
    }

    long epoch() {
        return epoch;
    }

    /** Called by the receiving thread only. */
    void proved(long newEpoch) {
        epoch = newEpoch;
    }

    /** What both nodes agree on under these two keys. */
    SecretKey agreed(NodeKeyPair own, NodeKey other) throws InvalidKeyException {
        KeyPairing pairing = new KeyPairing(own.publicKey(), other);
        SecretKey known = agreed.get(pairing);
        if (known != null) {
            return known;
        }
        if (agreed.size() >= KEY_PAIRS_MAX) {
            agreed.clear();
        }
        SecretKey made = SessionKeys.agree(own, other);
        agreed.put(pairing, made);
        return made;
    }

    /** Two keys, one of each node. */
    record KeyPairing(NodeKey own, NodeKey other) {}
}
