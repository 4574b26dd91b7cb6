package org.popnet.platform.identity;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.Security;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.popnet.platform.tree.NodeKey;

/**
 * A node's (or an operator's) identity on disk, in its {@code identity} directory. What is secret has mode 0600, the
 * directory 0700; every file is replaced whole.
 *
 * <ul>
 *   <li>{@code node.p12}, {@code trust.p12}: key with certificate, and the network's authority; their password is in {@code
 *       keystore.password}
 *   <li>{@code node.crt}, {@code node.key}, {@code ca.crt}: the same in PEM, for curl and for people
 *   <li>{@code x25519.key}: the private key for datagrams, PKCS#8 in PEM; two blocks while the key is rotated
 *   <li>{@code dns-cookie-secret}, of name servers only: what their cookies are made with, the same for all of them
 * </ul>
 */
public final class IdentityFiles {
    private static final String KEY_STORE = "node.p12";
    private static final String TRUST_STORE = "trust.p12";
    private static final String PASSWORD = "keystore.password";
    private static final String DATAGRAM_KEY = "x25519.key";
    private static final String COOKIE_SECRET = "dns-cookie-secret";
    private static final int PASSWORD_BYTES = 24;

    static {
        // The stores' password is random and lies beside them: stretching it 10,000 times, as the JDK does, makes
        // nothing harder to guess, but keeps every start of a node for some tenths of a second.
        for (String derived : List.of("certPbe", "keyPbe", "mac")) {
            Security.setProperty("keystore.pkcs12." + derived + "IterationCount", "1");
        }
    }

    private final Path directory;

    /** @param directory the identity directory itself */
    public IdentityFiles(Path directory) {
        this.directory = directory;
    }

    /** The identity of the node that keeps its state in this directory. */
    public static IdentityFiles inStateDirectory(Path stateDirectory) {
        return new IdentityFiles(stateDirectory.resolve("identity"));
    }

    public Path directory() {
        return directory;
    }

    public Path keyStoreFile() {
        return directory.resolve(KEY_STORE);
    }

    public Path trustStoreFile() {
        return directory.resolve(TRUST_STORE);
    }

    public Path passwordFile() {
        return directory.resolve(PASSWORD);
    }

    /** Whether a certificate and its trust are here. */
    public boolean hasCertificate() {
        return Files.exists(keyStoreFile()) && Files.exists(trustStoreFile()) && Files.exists(passwordFile());
    }

    /**
     * Writes certificate, key and trust; the password stays if there is one, so that a renewal needs no new settings.
     *
     * @throws UncheckedIOException if a file cannot be written
     */
    public void writeCertificate(IssuedCertificate issued) {
        try {
            AtomicFiles.createPrivateDirectory(directory);
            if (!Files.exists(passwordFile())) {
                byte[] random = new byte[PASSWORD_BYTES];
                new SecureRandom().nextBytes(random);
                AtomicFiles.writePrivate(
                        passwordFile(), HexFormat.of().formatHex(random).getBytes(StandardCharsets.US_ASCII));
            }
            char[] password = password();
            KeyStore keys = emptyStore();
            // Without the authority, which everybody has: the JDK would check its signature whenever it reads the
            // store.
            keys.setKeyEntry("node", issued.key(), password, new Certificate[] {issued.certificate()});
            KeyStore trust = emptyStore();
            trust.setCertificateEntry("ca", issued.authority());
            AtomicFiles.writePrivate(trustStoreFile(), bytes(trust, password));
            AtomicFiles.writePrivate(keyStoreFile(), bytes(keys, password));
            AtomicFiles.writePrivate(
                    directory.resolve("node.key"),
                    Pem.encode(Pem.PRIVATE_KEY, issued.key().getEncoded()));
            AtomicFiles.writePublic(directory.resolve("node.crt"), pem(issued.certificate()));
            AtomicFiles.writePublic(directory.resolve("ca.crt"), pem(issued.authority()));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the identity in " + directory, e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(
                    "cannot store the certificate of " + issued.certificate().getSubjectX500Principal(), e);
        }
    }

    /**
     * The node's X25519 keys, oldest first: one, or two while the key is rotated; none if it has no key file.
     *
     * @throws UncheckedIOException if the file cannot be read or holds something else
     */
    public List<NodeKeyPair> keyPairs() {
        Path file = directory.resolve(DATAGRAM_KEY);
        if (!Files.exists(file)) {
            return List.of();
        }
        try {
            List<NodeKeyPair> pairs = new ArrayList<>();
            for (byte[] der : Pem.decodeAll(Pem.PRIVATE_KEY, Files.readAllBytes(file))) {
                pairs.add(NodeKeyPair.ofPkcs8(der));
            }
            if (pairs.isEmpty()) {
                throw new IOException(file + " holds no PEM block '" + Pem.PRIVATE_KEY + "'");
            }
            return List.copyOf(pairs);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        } catch (InvalidKeyException e) {
            throw new UncheckedIOException("cannot read " + file + ": must be X25519 in PKCS#8", new IOException(e));
        }
    }

    /** Replaces the node's X25519 keys. */
    public void writeKeyPairs(List<NodeKeyPair> pairs) {
        if (pairs.isEmpty() || pairs.size() > 2) {
            throw new IllegalArgumentException(pairs.size() + " X25519 keys: a node has one, or two in a rotation");
        }
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        pairs.forEach(pair -> text.writeBytes(Pem.encode(Pem.PRIVATE_KEY, pair.pkcs8())));
        try {
            AtomicFiles.createPrivateDirectory(directory);
            AtomicFiles.writePrivate(directory.resolve(DATAGRAM_KEY), text.toByteArray());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the key in " + directory, e);
        }
    }

    /** The secret of DNS server cookies; there is none but on name servers. */
    public Path cookieSecretFile() {
        return directory.resolve(COOKIE_SECRET);
    }

    /** Replaces the secret of DNS server cookies: one line of 32 hex digits, or two in a rotation. */
    public void writeCookieSecret(String text) {
        try {
            AtomicFiles.createPrivateDirectory(directory);
            AtomicFiles.writePrivate(cookieSecretFile(), text.getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the cookie secret in " + directory, e);
        }
    }

    /** The public half of the node's newest X25519 key, for the tree; makes a key if there is none. */
    public NodeKey loadOrCreateKey() {
        List<NodeKeyPair> pairs = keyPairs();
        if (pairs.isEmpty()) {
            pairs = List.of(NodeKeyPair.generate());
            writeKeyPairs(pairs);
        }
        return pairs.getLast().publicKey();
    }

    /** The password of both stores. */
    public char[] password() throws IOException {
        return Files.readString(passwordFile(), StandardCharsets.US_ASCII)
                .strip()
                .toCharArray();
    }

    KeyStore keyStore() throws IOException, GeneralSecurityException {
        return read(keyStoreFile());
    }

    KeyStore trustStore() throws IOException, GeneralSecurityException {
        return read(trustStoreFile());
    }

    private KeyStore read(Path file) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(new ByteArrayInputStream(Files.readAllBytes(file)), password());
        return store;
    }

    private static KeyStore emptyStore() throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }

    private static byte[] bytes(KeyStore store, char[] password) throws IOException, GeneralSecurityException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        store.store(out, password);
        return out.toByteArray();
    }

    private static byte[] pem(X509Certificate certificate) throws GeneralSecurityException {
        return Pem.encode(Pem.CERTIFICATE, certificate.getEncoded());
    }
}
