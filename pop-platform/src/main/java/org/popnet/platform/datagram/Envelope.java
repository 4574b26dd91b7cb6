package org.popnet.platform.datagram;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.popnet.platform.tree.NodeKey;
import org.popnet.platform.tree.NodeName;

/**
 * The clear part of a datagram: who speaks to whom, under which keys. All of it is authenticated with the payload.
 *
 * <pre>
 *  0 version (1)            25 sender's epoch (8)
 *  1 sender's id (8)        33 receiver's epoch as the sender knows it, 0 if it does not (8)
 *  9 receiver's id (8)      41 sequence (8)
 * 17 sender's key id (4)    49 generation that the sender has activated (8)
 * 21 receiver's key id (4)  57 payload and tag, sealed
 * </pre>
 *
 * Names and keys appear as the first bytes of their SHA-256, which only finds them: the sealing key is derived from the
 * whole names and keys.
 */
record Envelope(
        long senderId,
        long receiverId,
        int senderKeyId,
        int receiverKeyId,
        long senderEpoch,
        long receiverEpoch,
        long sequence,
        long generation) {
    static final byte VERSION = 1;
    static final int BYTES = 57;
    static final int TAG_BYTES = 16;
    /** The most that fits every path of the internet without fragments, IPv6 and tunnels included, with room to spare. */
    static final int DATAGRAM_BYTES_MAX = 1200;

    void write(byte[] datagram) {
        ByteBuffer.wrap(datagram)
                .put(VERSION)
                .putLong(senderId)
                .putLong(receiverId)
                .putInt(senderKeyId)
                .putInt(receiverKeyId)
                .putLong(senderEpoch)
                .putLong(receiverEpoch)
                .putLong(sequence)
                .putLong(generation);
    }

    /** Reads the head of a datagram that is known to be long enough and of {@link #VERSION}. */
    static Envelope read(byte[] datagram) {
        ByteBuffer buffer = ByteBuffer.wrap(datagram).position(1);
        return new Envelope(
                buffer.getLong(),
                buffer.getLong(),
                buffer.getInt(),
                buffer.getInt(),
                buffer.getLong(),
                buffer.getLong(),
                buffer.getLong(),
                buffer.getLong());
    }

    static long idOf(NodeName name) {
        return ByteBuffer.wrap(sha256(name.toString().getBytes(StandardCharsets.US_ASCII)))
                .getLong();
    }

    static int idOf(NodeKey key) {
        return ByteBuffer.wrap(sha256(key.bytes())).getInt();
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
