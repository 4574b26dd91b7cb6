package org.popnet.local.state;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.popnet.platform.control.Role;
import org.popnet.platform.identity.CertificateAuthority;
import org.popnet.platform.identity.IdentityFiles;
import org.popnet.platform.tree.NetworkTree;
import org.popnet.platform.tree.Node;
import org.popnet.platform.tree.NodeKey;
import org.popnet.platform.tree.Service;

/** Certificates and keys of every node and of the operator: made where they are missing, renewed before they end. */
final class Identities {
    private static final Duration VALIDITY = Duration.ofDays(365);
    private static final Duration RENEWED_BEFORE = Duration.ofDays(30);

    private final StateDirectory state;
    private final InstantSource clock;

    Identities(StateDirectory state, InstantSource clock) {
        this.state = state;
        this.clock = clock;
    }

    /**
     * @return the public keys that the tree does not have yet, by node name; a node whose key is being rotated has two,
     *     and keeps them
     */
    Map<String, NodeKey> issue(NetworkTree tree) {
        CertificateAuthority authority = CertificateAuthority.loadOrCreate(state.authority(), tree.zone(), clock);
        certify(authority, new IdentityFiles(state.operator()), "operator", Role.OPERATOR, List.of(), List.of());
        Map<String, NodeKey> keys = new LinkedHashMap<>();
        String cookieSecret =
                Secrets.keep(state.cookieSecret(), () -> HexFormat.of().formatHex(random(16)) + "\n");
        for (Node node : tree.nodes().values()) {
            String name = node.name().toString();
            IdentityFiles files = IdentityFiles.inStateDirectory(state.node(name));
            certify(
                    authority,
                    files,
                    name,
                    Role.of(node.service()),
                    List.of(node.address()),
                    List.of(name + "." + tree.zone()));
            if (node.service() == Service.DNS && !cookieSecret.equals(present(files.cookieSecretFile()))) {
                files.writeCookieSecret(cookieSecret);
            }
            NodeKey key = files.loadOrCreateKey();
            if (!node.keys().contains(key)) {
                keys.put(name, key);
            }
        }
        return keys;
    }

    private static byte[] random(int count) {
        byte[] bytes = new byte[count];
        new SecureRandom().nextBytes(bytes);
        return bytes;
    }

    private static String present(Path file) {
        try {
            return Files.exists(file) ? Files.readString(file) : "";
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }

    private void certify(
            CertificateAuthority authority,
            IdentityFiles files,
            String name,
            Role role,
            List<InetAddress> addresses,
            List<String> dnsNames) {
        if (!files.hasCertificate() || !isCurrent(files.directory().resolve("node.crt"), authority, addresses)) {
            files.writeCertificate(authority.issue(name, role, addresses, dnsNames, VALIDITY));
        }
    }

    private boolean isCurrent(Path certificate, CertificateAuthority authority, List<InetAddress> addresses) {
        try (InputStream in = Files.newInputStream(certificate)) {
            X509Certificate present =
                    (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
            Instant renewal = present.getNotAfter().toInstant().minus(RENEWED_BEFORE);
            present.verify(authority.certificate().getPublicKey());
            return clock.instant().isBefore(renewal)
                    && addresses.stream().allMatch(address -> names(present, address.getHostAddress()));
        } catch (IOException | java.security.GeneralSecurityException e) {
            return false;
        }
    }

    private static boolean names(X509Certificate certificate, String address) {
        try {
            Collection<List<?>> names = certificate.getSubjectAlternativeNames();
            return names != null && names.stream().anyMatch(name -> address.equals(name.get(1)));
        } catch (CertificateException e) {
            return false;
        }
    }
}
