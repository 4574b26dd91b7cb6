package org.popnet.platform.identity;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.popnet.platform.control.Role;

/**
 * The network's own certificate authority (RFC 5280, ECDSA P-256): whom it certifies may use control ports. Its key is
 * needed only to add nodes and renew certificates, so it can be kept away from the network.
 */
public final class CertificateAuthority {
    private static final Duration AUTHORITY_VALIDITY = Duration.ofDays(3650);
    /** Certificates count from a little earlier, so that nodes whose clocks are slow accept them. */
    private static final Duration BACKDATED = Duration.ofHours(1);

    private static final String KEY_FILE = "ca.key";
    private static final String CERTIFICATE_FILE = "ca.crt";
    private static final int SERIAL_BITS = 127;

    private final PrivateKey key;
    private final X509Certificate certificate;
    private final InstantSource clock;
    private final SecureRandom random = new SecureRandom();

    private CertificateAuthority(PrivateKey key, X509Certificate certificate, InstantSource clock) {
        this.key = key;
        this.certificate = certificate;
        this.clock = clock;
    }

    /**
     * The authority kept in this directory ({@code ca.key}, mode 0600, and {@code ca.crt}, PEM); made and stored there
     * if there is none.
     *
     * @param network what the authority is called, usually the network's zone
     * @throws UncheckedIOException if its files cannot be read or written, or only one of them is there
     */
    public static CertificateAuthority loadOrCreate(Path directory, String network, InstantSource clock) {
        Path keyFile = directory.resolve(KEY_FILE);
        Path certificateFile = directory.resolve(CERTIFICATE_FILE);
        if (Files.exists(keyFile) || Files.exists(certificateFile)) {
            return load(directory, clock);
        }
        try {
            AtomicFiles.createPrivateDirectory(directory);
            KeyPair pair = newKeyPair();
            X509Certificate certificate = sign(authorityCertificate(pair, network, clock.instant()), pair.getPrivate());
            AtomicFiles.writePublic(certificateFile, Pem.encode(Pem.CERTIFICATE, certificate.getEncoded()));
            AtomicFiles.writePrivate(
                    keyFile, Pem.encode(Pem.PRIVATE_KEY, pair.getPrivate().getEncoded()));
            return new CertificateAuthority(pair.getPrivate(), certificate, clock);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make a certificate authority in " + directory, e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("cannot make a certificate authority", e);
        }
    }

    /**
     * The authority kept in this directory.
     *
     * @throws UncheckedIOException if the directory does not hold an authority's two files
     */
    public static CertificateAuthority load(Path directory, InstantSource clock) {
        Path keyFile = directory.resolve(KEY_FILE);
        Path certificateFile = directory.resolve(CERTIFICATE_FILE);
        try {
            byte[] keyDer = only(keyFile, Pem.PRIVATE_KEY);
            PrivateKey key = KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(keyDer));
            return new CertificateAuthority(key, Pem.certificate(only(certificateFile, Pem.CERTIFICATE)), clock);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "cannot read the certificate authority in " + directory + ": " + KEY_FILE + " and "
                            + CERTIFICATE_FILE + " must both be there, in PEM",
                    e);
        } catch (GeneralSecurityException e) {
            throw new UncheckedIOException(
                    "cannot read the certificate authority in " + directory + ": no EC key with its certificate",
                    new IOException(e));
        }
    }

    public X509Certificate certificate() {
        return certificate;
    }

    /**
     * Certifies a new key for TLS, as server and as client.
     *
     * @param name the subject's CN: a node name, or for people the name of their account
     * @param role the subject's OU: what control ports let the holder do
     * @param addresses where the holder can be reached; connections are made to addresses, so servers need theirs here
     * @param dnsNames host names that it can be reached by as well
     * @param validity from now on
     */
    public IssuedCertificate issue(
            String name, Role role, List<InetAddress> addresses, List<String> dnsNames, Duration validity) {
        try {
            KeyPair pair = newKeyPair();
            Instant now = clock.instant();
            X500Name subject = new X500NameBuilder(BCStyle.INSTANCE)
                    .addRDN(BCStyle.OU, role.key())
                    .addRDN(BCStyle.CN, name)
                    .build();
            JcaX509ExtensionUtils extensions = new JcaX509ExtensionUtils();
            X509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                            X500Name.getInstance(
                                    certificate.getSubjectX500Principal().getEncoded()),
                            new BigInteger(SERIAL_BITS, random).add(BigInteger.ONE),
                            Date.from(now.minus(BACKDATED)),
                            Date.from(now.plus(validity)),
                            subject,
                            pair.getPublic())
                    .addExtension(Extension.basicConstraints, true, new BasicConstraints(false))
                    .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature))
                    .addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(new KeyPurposeId[] {
                        KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth
                    }))
                    .addExtension(
                            Extension.subjectKeyIdentifier,
                            false,
                            extensions.createSubjectKeyIdentifier(pair.getPublic()))
                    .addExtension(
                            Extension.authorityKeyIdentifier,
                            false,
                            extensions.createAuthorityKeyIdentifier(certificate));
            GeneralName[] alternatives = alternativeNames(addresses, dnsNames);
            if (alternatives.length > 0) {
                builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(alternatives));
            }
            return new IssuedCertificate(pair.getPrivate(), sign(builder, key), certificate);
        } catch (GeneralSecurityException | CertIOException e) {
            throw new IllegalStateException("cannot issue a certificate for " + name, e);
        }
    }

    private static GeneralName[] alternativeNames(List<InetAddress> addresses, List<String> dnsNames) {
        List<GeneralName> names = new ArrayList<>();
        addresses.forEach(a -> names.add(new GeneralName(GeneralName.iPAddress, a.getHostAddress())));
        dnsNames.forEach(n -> names.add(new GeneralName(GeneralName.dNSName, n)));
        return names.toArray(GeneralName[]::new);
    }

    private static X509v3CertificateBuilder authorityCertificate(KeyPair pair, String network, Instant now)
            throws GeneralSecurityException, CertIOException {
        X500Name name = new X500NameBuilder(BCStyle.INSTANCE)
                .addRDN(BCStyle.CN, "Popnet authority of " + network)
                .build();
        return new JcaX509v3CertificateBuilder(
                        name,
                        new BigInteger(SERIAL_BITS, new SecureRandom()).add(BigInteger.ONE),
                        Date.from(now.minus(BACKDATED)),
                        Date.from(now.plus(AUTHORITY_VALIDITY)),
                        name,
                        pair.getPublic())
                .addExtension(Extension.basicConstraints, true, new BasicConstraints(0))
                .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign))
                .addExtension(
                        Extension.subjectKeyIdentifier,
                        false,
                        new JcaX509ExtensionUtils().createSubjectKeyIdentifier(pair.getPublic()));
    }

    private static X509Certificate sign(X509v3CertificateBuilder builder, PrivateKey key)
            throws GeneralSecurityException {
        try {
            return new JcaX509CertificateConverter()
                    .getCertificate(builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(key)));
        } catch (OperatorCreationException e) {
            throw new GeneralSecurityException(e);
        }
    }

    private static KeyPair newKeyPair() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }

    private static byte[] only(Path file, String label) throws IOException {
        List<byte[]> blocks = Pem.decodeAll(label, Files.readAllBytes(file));
        if (blocks.size() != 1) {
            throw new IOException(file + " holds " + blocks.size() + " PEM blocks '" + label + "': must be one");
        }
        return blocks.getFirst();
    }
}
