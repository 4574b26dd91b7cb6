package org.popnet.platform.identity;

import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.interfaces.XECPrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.HexFormat;
import javax.crypto.KeyAgreement;
import org.popnet.platform.tree.NodeKey;

/** An X25519 key pair (RFC 7748): the private half stays on the node, the public half stands in the tree. */
public final class NodeKeyPair {
    /** DER of an X25519 SubjectPublicKeyInfo (RFC 8410), up to the 32 bytes of the key. */
    private static final byte[] PUBLIC_PREFIX = HexFormat.of().parseHex("302a300506032b656e032100");

    private static final byte[] BASE_POINT = basePoint();

    private final PrivateKey privateKey;
    private final NodeKey publicKey;

    private NodeKeyPair(PrivateKey privateKey) throws GeneralSecurityException {
        this.privateKey = privateKey;
        // The public key is the product of the private one and the base point, by definition.
        this.publicKey = new NodeKey(agree(privateKey, BASE_POINT));
    }

    public static NodeKeyPair generate() {
        try {
            return new NodeKeyPair(
                    KeyPairGenerator.getInstance("X25519").generateKeyPair().getPrivate());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK has no X25519", e);
        }
    }

    /** @throws InvalidKeyException if the bytes are no PKCS#8 X25519 private key (RFC 8410) */
    static NodeKeyPair ofPkcs8(byte[] encoded) throws InvalidKeyException {
        try {
            PrivateKey key = KeyFactory.getInstance("X25519").generatePrivate(new PKCS8EncodedKeySpec(encoded));
            if (!(key instanceof XECPrivateKey)) {
                throw new InvalidKeyException("key is " + key.getAlgorithm() + ": must be X25519");
            }
            return new NodeKeyPair(key);
        } catch (InvalidKeyException e) {
            throw e;
        } catch (GeneralSecurityException e) {
            throw new InvalidKeyException("not a PKCS#8 X25519 private key", e);
        }
    }

    byte[] pkcs8() {
        return privateKey.getEncoded();
    }

    public NodeKey publicKey() {
        return publicKey;
    }

    /**
     * The 32 bytes that this node and the owner of the other key share; input of a key derivation, never a key itself.
     *
     * @throws InvalidKeyException if the other key is a point of small order, whose shared secret everyone knows
     */
    public byte[] agree(NodeKey other) throws InvalidKeyException {
        try {
            return agree(privateKey, other.bytes());
        } catch (InvalidKeyException e) {
            throw e;
        } catch (GeneralSecurityException e) {
            throw new InvalidKeyException("key " + other + " cannot be used", e);
        }
    }

    private static byte[] agree(PrivateKey own, byte[] other) throws GeneralSecurityException {
        byte[] encoded = new byte[PUBLIC_PREFIX.length + other.length];
        System.arraycopy(PUBLIC_PREFIX, 0, encoded, 0, PUBLIC_PREFIX.length);
        System.arraycopy(other, 0, encoded, PUBLIC_PREFIX.length, other.length);
        PublicKey publicKey = KeyFactory.getInstance("X25519").generatePublic(new X509EncodedKeySpec(encoded));
        KeyAgreement agreement = KeyAgreement.getInstance("X25519");
        agreement.init(own);
        agreement.doPhase(publicKey, true);
        return agreement.generateSecret();
    }

    private static byte[] basePoint() {
        byte[] bytes = new byte[32];
        bytes[0] = 9;
        return bytes;
    }

    /** Shows the public half only. */
    @Override
    public String toString() {
        return "NodeKeyPair[" + publicKey + "]";
    }
}
