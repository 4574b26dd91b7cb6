package org.popnet.platform.tree;

import java.util.Arrays;
import java.util.Base64;

/** An X25519 public key (RFC 7748, 32 bytes), written {@code x25519:<base64>}. */
public final class NodeKey {
    private static final String PREFIX = "x25519:";
    private final byte[] bytes;

    public NodeKey(byte[] bytes) {
        if (bytes.length != 32) {
            throw new IllegalArgumentException("X25519 key of " + bytes.length + " bytes: must be 32");
        }
        this.bytes = bytes.clone();
    }

    /** @throws IllegalArgumentException if the text is not {@code x25519:} and 32 bytes in base64 */
    public static NodeKey parse(String text) {
        if (!text.startsWith(PREFIX)) {
            throw new IllegalArgumentException("key '" + text + "': must be x25519:<32 bytes in base64>");
        }
        try {
            return new NodeKey(Base64.getDecoder().decode(text.substring(PREFIX.length())));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("key '" + text + "': must be x25519:<32 bytes in base64>", e);
        }
    }

    public byte[] bytes() {
        return bytes.clone();
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof NodeKey k && Arrays.equals(bytes, k.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return PREFIX + Base64.getEncoder().encodeToString(bytes);
    }
}
