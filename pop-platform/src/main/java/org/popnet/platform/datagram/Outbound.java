package org.popnet.platform.datagram;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.security.GeneralSecurityException;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import org.jspecify.annotations.Nullable;
import org.popnet.platform.datagram.Contacts.Contact;
import org.popnet.platform.datagram.Contacts.OtherKey;
import org.popnet.platform.datagram.Contacts.OwnKey;
import org.popnet.platform.tree.NodeName;

/** The direction from this node to another: numbers and seals datagrams, in the order they leave. */
final class Outbound {
    private final Cipher cipher = SessionKeys.newCipher();
    private final byte[] plain = new byte[MessageSize.BYTES_MAX + 1];
    private final byte[] datagram = new byte[Envelope.DATAGRAM_BYTES_MAX];
    private final ByteBuffer direct = ByteBuffer.allocateDirect(Envelope.DATAGRAM_BYTES_MAX);

    private long sequence;
    private @Nullable SecretKey key;
    private Peer.@Nullable KeyPairing keyedFor;

    /** The number of the last datagram sent. */
    synchronized long sequence() {
        return sequence;
    }

    /**
     * Seals one message and hands it to the system.
     *
     * @param receiverEpoch the epoch that the receiver is believed to be in, 0 if unknown
     * @param payload at most {@link MessageSize#BYTES_MAX} bytes
     * @return why it was dropped, or null if it left
     */
    synchronized @Nullable Drop send(
            DatagramChannel channel,
            NodeName self,
            long selfId,
            long ownEpoch,
            Contacts contacts,
            Contact receiver,
            long receiverEpoch,
            Kind kind,
            byte[] payload) {
        OwnKey own = contacts.ownKeys().getFirst();
        OtherKey other = receiver.keys().getFirst();
        try {
            int length = seal(
                    self, selfId, ownEpoch, contacts.generation(), own, receiver, other, receiverEpoch, kind, payload);
            direct.clear().put(datagram, 0, length).flip();
            return channel.send(direct, receiver.address()) == length ? null : Drop.BUFFER_FULL;
        } catch (IOException e) {
            return Drop.SEND_FAILED;
        } catch (GeneralSecurityException e) {
            return Drop.NO_KEY;
        }
    }

    private int seal(
            NodeName self,
            long selfId,
            long ownEpoch,
            long generation,
            OwnKey own,
            Contact receiver,
            OtherKey other,
            long receiverEpoch,
            Kind kind,
            byte[] payload)
            throws GeneralSecurityException {
        SecretKey sealing = sealingKey(self, ownEpoch, own, receiver.peer(), other);
        sequence++;
        new Envelope(
                        selfId,
                        Envelope.idOf(receiver.peer().name()),
                        own.id(),
                        other.id(),
                        ownEpoch,
                        receiverEpoch,
                        sequence,
                        generation)
                .write(datagram);
        plain[0] = kind.code();
        System.arraycopy(payload, 0, plain, 1, payload.length);
        cipher.init(Cipher.ENCRYPT_MODE, sealing, SessionKeys.nonce(sequence));
        cipher.updateAAD(datagram, 0, Envelope.BYTES);
        return Envelope.BYTES + cipher.doFinal(plain, 0, payload.length + 1, datagram, Envelope.BYTES);
    }

    private SecretKey sealingKey(NodeName self, long ownEpoch, OwnKey own, Peer receiver, OtherKey other)
            throws GeneralSecurityException {
        Peer.KeyPairing pairing = new Peer.KeyPairing(own.pair().publicKey(), other.key());
        SecretKey known = key;
        if (known != null && pairing.equals(keyedFor)) {
            return known;
        }
        SecretKey made = SessionKeys.derive(
                receiver.agreed(own.pair(), other.key()),
                self,
                own.pair().publicKey(),
                ownEpoch,
                receiver.name(),
                other.key());
        key = made;
        keyedFor = pairing;
        return made;
    }
}
