package org.popnet.platform.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.InvalidKeyException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.popnet.platform.control.CertificateHolder;
import org.popnet.platform.control.Role;
import org.popnet.platform.tree.NodeKey;

class IdentityTest {
    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

    @TempDir
    Path directory;

    @Test
    void authorityIsMadeOnceAndFoundAgain() throws Exception {
        CertificateAuthority made = authority("ca");
        CertificateAuthority found = authority("ca");

        assertThat(found.certificate()).isEqualTo(made.certificate());
        assertThat(mode("ca/ca.key")).isEqualTo("rw-------");
        assertThat(mode("ca/ca.crt")).isEqualTo("rw-r--r--");
        assertThat(mode("ca")).isEqualTo("rwx------");
        made.certificate().verify(found.certificate().getPublicKey());
    }

    @Test
    void authorityWithOneFileMissingIsRefusedNotReplaced() throws IOException {
        authority("ca");
        Files.delete(directory.resolve("ca/ca.key"));

        assertThatThrownBy(() -> authority("ca"))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("ca.key and ca.crt must both be there");
    }

    @Test
    void certificateNamesHolderRoleAddressesAndHosts() throws Exception {
        IssuedCertificate issued = authority("ca")
                .issue(
                        "edge1.westusa",
                        Role.EDGE_CACHE,
                        List.of(LOOPBACK, InetAddress.ofLiteral("2001:db8::1")),
                        List.of("edge1.westusa.pop.example"),
                        Duration.ofDays(30));

        assertThat(CertificateHolder.of(issued.certificate()))
                .contains(new CertificateHolder("edge1.westusa", Role.EDGE_CACHE));
        assertThat(issued.certificate().getSubjectX500Principal().getName())
                .isEqualTo("CN=edge1.westusa,OU=edge-cache");
        assertThat(issued.certificate().getSubjectAlternativeNames())
                .extracting(name -> name.get(1).toString())
                .containsExactly("127.0.0.1", "2001:db8:0:0:0:0:0:1", "edge1.westusa.pop.example");
        assertThat(issued.certificate().getExtendedKeyUsage())
                .containsExactly("1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2");
        assertThat(issued.certificate().getBasicConstraints()).isEqualTo(-1);
        issued.certificate().verify(issued.authority().getPublicKey());
    }

    @Test
    void secretsAreReadableToTheOwnerOnly() throws IOException {
        IdentityFiles files = identity("node", "ca", Duration.ofDays(1), LOOPBACK);
        files.loadOrCreateKey();

        for (String secret : List.of("node.p12", "trust.p12", "node.key", "keystore.password", "x25519.key")) {
            assertThat(mode("node/identity/" + secret)).as(secret).isEqualTo("rw-------");
        }
        assertThat(mode("node/identity/node.crt")).isEqualTo("rw-r--r--");
        assertThat(mode("node/identity")).isEqualTo("rwx------");
        try (var list = Files.list(files.directory())) {
            assertThat(list).noneMatch(f -> f.toString().endsWith(".tmp"));
        }
    }

    @Test
    void renewalKeepsThePassword() throws IOException {
        IdentityFiles first = identity("node", "ca", Duration.ofDays(1), LOOPBACK);
        char[] password = first.password();
        identity("node", "ca", Duration.ofDays(2), LOOPBACK);

        assertThat(first.password()).isEqualTo(password);
    }

    @Test
    void datagramKeysSurviveInOrderThroughARotation() {
        IdentityFiles files = IdentityFiles.inStateDirectory(directory);
        assertThat(files.keyPairs()).isEmpty();
        NodeKey first = files.loadOrCreateKey();
        assertThat(files.loadOrCreateKey()).isEqualTo(first);

        NodeKeyPair next = NodeKeyPair.generate();
        files.writeKeyPairs(List.of(files.keyPairs().getFirst(), next));

        assertThat(files.keyPairs()).extracting(NodeKeyPair::publicKey).containsExactly(first, next.publicKey());
        assertThat(files.loadOrCreateKey()).isEqualTo(next.publicKey());
    }

    @Test
    void brokenDatagramKeyIsNamed() throws IOException {
        Files.createDirectories(directory.resolve("identity"));
        Files.writeString(directory.resolve("identity/x25519.key"), "nonsense");

        assertThatThrownBy(() -> IdentityFiles.inStateDirectory(directory).keyPairs())
                .hasMessageContaining("x25519.key");
    }

    @Test
    void agreementIsThatOfRfc7748() throws Exception {
        // the vectors of section 6.1
        NodeKeyPair alice = pair("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a");
        NodeKey bob = key("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f");

        assertThat(alice.publicKey())
                .isEqualTo(key("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a"));
        assertThat(alice.agree(bob))
                .isEqualTo(HexFormat.of().parseHex("4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742"));
    }

    @Test
    void pointOfSmallOrderIsRefused() {
        assertThatThrownBy(() -> NodeKeyPair.generate().agree(new NodeKey(new byte[32])))
                .isInstanceOf(InvalidKeyException.class);
    }

    @Test
    void bothSidesOfTheSameNetworkTalk() throws Exception {
        Path server = identity("server", "ca", Duration.ofDays(1), LOOPBACK).directory();
        Path client = identity("client", "ca", Duration.ofDays(1), LOOPBACK).directory();

        assertThat(handshake(server, client)).isEqualTo("edge1.westusa");
    }

    @Test
    void otherAuthorityExpiredAndWrongAddressAreRefused() {
        Path good = identity("good", "ca", Duration.ofDays(1), LOOPBACK).directory();
        Path stranger =
                identity("stranger", "other-ca", Duration.ofDays(1), LOOPBACK).directory();
        Path expired =
                identity("expired", "ca", Duration.ofMinutes(-30), LOOPBACK).directory();
        Path elsewhere = identity("elsewhere", "ca", Duration.ofDays(1), InetAddress.ofLiteral("127.0.0.9"))
                .directory();

        for (Path wrong : List.of(stranger, expired)) {
            assertThatThrownBy(() -> handshake(wrong, good))
                    .as("server %s", wrong)
                    .isInstanceOf(SSLException.class);
            assertThatThrownBy(() -> handshake(good, wrong))
                    .as("client %s", wrong)
                    .isInstanceOf(IOException.class);
        }
        assertThatThrownBy(() -> handshake(elsewhere, good)).isInstanceOf(SSLException.class);
    }

    /** Connects both over loopback; returns the server's name as the client's certificate check saw it. */
    private static String handshake(Path server, Path client) throws Exception {
        SSLContext serverContext = NetworkTls.client(server);
        try (SSLServerSocket listener =
                        (SSLServerSocket) serverContext.getServerSocketFactory().createServerSocket(0, 1, LOOPBACK);
                SSLSocket socket = (SSLSocket)
                        NetworkTls.client(client).getSocketFactory().createSocket(LOOPBACK, listener.getLocalPort())) {
            listener.setNeedClientAuth(true);
            Thread accepting = Thread.ofVirtual().start(() -> {
                try (SSLSocket accepted = (SSLSocket) listener.accept()) {
                    accepted.getOutputStream().write(accepted.getInputStream().read());
                } catch (IOException e) {
                    // the client sees it as well
                }
            });
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            socket.setSSLParameters(parameters);
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write('x');
            if (socket.getInputStream().read() != 'x') {
                throw new IOException("the server closed the connection");
            }
            accepting.join();
            return CertificateHolder.of((X509Certificate) socket.getSession().getPeerCertificates()[0])
                    .orElseThrow()
                    .name();
        }
    }

    private IdentityFiles identity(String node, String authority, Duration validity, InetAddress address) {
        IdentityFiles files = IdentityFiles.inStateDirectory(directory.resolve(node));
        files.writeCertificate(
                authority(authority).issue("edge1.westusa", Role.EDGE_CACHE, List.of(address), List.of(), validity));
        return files;
    }

    private CertificateAuthority authority(String name) {
        return CertificateAuthority.loadOrCreate(
                directory.resolve(name), "pop.example", InstantSource.fixed(Instant.now()));
    }

    private static NodeKeyPair pair(String hex) throws InvalidKeyException {
        byte[] raw = HexFormat.of().parseHex(hex);
        byte[] prefix = HexFormat.of().parseHex("302e020100300506032b656e04220420");
        byte[] der = new byte[48];
        System.arraycopy(prefix, 0, der, 0, 16);
        System.arraycopy(raw, 0, der, 16, 32);
        return NodeKeyPair.ofPkcs8(der);
    }

    private static NodeKey key(String hex) {
        return new NodeKey(HexFormat.of().parseHex(hex));
    }

    private String mode(String file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve(file)));
    }
}
