package org.popnet.platform.datagram;

import java.util.HashMap;
import java.util.Map;
import javax.crypto.SecretKey;
import org.jspecify.annotations.Nullable;

/** The direction from another node to this one: what was seen of its present epoch. Not thread-safe. */
final class Inbound {
    private final ReplayWindow window = new ReplayWindow();
    private final Map<Peer.KeyPairing, SecretKey> keys = new HashMap<>();
    private long epoch;
    private long noticedAtNanos;
    private boolean everNoticed;

    /** The newest epoch in which the node sent something authentic; 0 if none. */
    long epoch() {
        return epoch;
    }

    /** Whether this was not seen before; a newer epoch is always new. */
    boolean isNew(long senderEpoch, long sequence) {
        return senderEpoch != epoch ? sequence > 0 : window.isNew(sequence);
    }

    /** The opening key for a datagram of the present epoch, if it is known. */
    @Nullable SecretKey key(long senderEpoch, Peer.KeyPairing pairing) {
        return senderEpoch == epoch ? keys.get(pairing) : null;
    }

    /**
     * Notes an authentic datagram: a newer epoch takes the place of the old one, which its sender can have left only for
     * good.
     */
    void advance(long senderEpoch, Peer.KeyPairing pairing, SecretKey key) {
        if (senderEpoch != epoch) {
            epoch = senderEpoch;
            window.reset();
            keys.clear();
        }
        keys.put(pairing, key);
    }

    /** Takes a datagram of the present epoch as seen. */
    void mark(long sequence) {
        window.mark(sequence);
    }

    /** Whether a notice may be sent to the node again; then it counts as sent. */
    boolean mayNotice(long nowNanos, long intervalNanos) {
        if (everNoticed && nowNanos - noticedAtNanos < intervalNanos) {
            return false;
        }
        everNoticed = true;
        noticedAtNanos = nowNanos;
        return true;
    }
}
