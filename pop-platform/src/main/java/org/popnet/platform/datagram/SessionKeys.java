package org.popnet.platform.datagram;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import javax.crypto.Cipher;
import javax.crypto.KDF;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.HKDFParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.popnet.platform.identity.NodeKeyPair;
import org.popnet.platform.tree.NodeKey;
import org.popnet.platform.tree.NodeName;

/**
 * The keys of one direction between two nodes: AES-256-GCM under HKDF-SHA256 (RFC 5869) of the X25519 agreement of
 * their static keys, bound to both names, both keys and the sender's epoch. The nonce is the sequence number, which
 * never repeats within an epoch, so no nonce repeats under a key.
 */
final class SessionKeys {
    private static final byte[] SALT = "popnet datagram 1".getBytes(StandardCharsets.US_ASCII);
    private static final int KEY_BYTES = 32;
    private static final int NONCE_BYTES = 12;

    private SessionKeys() {}

    /** What both nodes agree on, whatever the direction; the costly part, worth keeping. */
    static SecretKey agree(NodeKeyPair own, NodeKey other) throws InvalidKeyException {
        return new SecretKeySpec(own.agree(other), "X25519");
    }

    static SecretKey derive(
            SecretKey agreed,
            NodeName sender,
            NodeKey senderKey,
            long senderEpoch,
            NodeName receiver,
            NodeKey receiverKey) {
        byte[] from = sender.toString().getBytes(StandardCharsets.US_ASCII);
        byte[] to = receiver.toString().getBytes(StandardCharsets.US_ASCII);
        byte[] info = ByteBuffer.allocate(2 + from.length + to.length + 2 * 32 + Long.BYTES)
                .put((byte) from.length)
                .put(from)
                .put((byte) to.length)
                .put(to)
                .put(senderKey.bytes())
                .put(receiverKey.bytes())
                .putLong(senderEpoch)
                .array();
        try {
            return KDF.getInstance("HKDF-SHA256")
                    .deriveKey(
                            "AES",
                            HKDFParameterSpec.ofExtract()
                                    .addIKM(agreed)
                                    .addSalt(SALT)
                                    .thenExpand(info, KEY_BYTES));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK has no HKDF-SHA256", e);
        }
    }

    static Cipher newCipher() {
        try {
            return Cipher.getInstance("AES/GCM/NoPadding");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK has no AES-GCM", e);
        }
    }

    static GCMParameterSpec nonce(long sequence) {
        byte[] nonce = new byte[NONCE_BYTES];
        ByteBuffer.wrap(nonce).putLong(NONCE_BYTES - Long.BYTES, sequence);
        return new GCMParameterSpec(Envelope.TAG_BYTES * 8, nonce);
    }
}
