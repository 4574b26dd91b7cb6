package org.popnet.platform.tree;

import java.io.ByteArrayInputStream;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** Reads a customer's {@code ca}: certificates in PEM (RFC 7468), with what is wrong in the line it stands in. */
final class AuthoritiesReader {
    static final int AUTHORITIES_MAX = 16;
    private static final String BEGIN = "-----BEGIN CERTIFICATE-----";
    private static final String END = "-----END CERTIFICATE-----";

    private AuthoritiesReader() {}

    /** @return those that are right */
    static List<X509Certificate> read(Value value) {
        if (!(value.node() instanceof YamlNode.Scalar scalar) || !scalar.literal()) {
            value.wrong("must be certificates in PEM, indented, after 'ca: |'");
            return List.of();
        }
        List<X509Certificate> authorities = new ArrayList<>();
        StringBuilder base64 = null;
        int blocks = 0;
        int begun = 0;
        // The lines of a literal block follow the line of its '|'.
        int line = scalar.line();
        for (String text : scalar.text().lines().map(String::strip).toList()) {
            line++;
            if (text.equals(BEGIN)) {
                if (base64 != null) {
                    value.wrongAt(begun, "certificate without its end: must end with " + END);
                }
                base64 = new StringBuilder();
                begun = line;
                blocks++;
            } else if (text.equals(END) && base64 != null) {
                certificate(value, begun, base64.toString(), authorities);
                base64 = null;
            } else if (base64 != null) {
                base64.append(text);
            } else if (!text.isEmpty() && !text.startsWith("#")) {
                value.wrongAt(
                        line,
                        "'" + Value.shown(text) + "': must be a certificate, a comment (#) or an empty line here");
            }
        }
        if (base64 != null) {
            value.wrongAt(begun, "certificate without its end: must end with " + END);
        }
        if (blocks == 0) {
            value.wrong("no certificate: must hold at least one, or be left out");
        } else if (blocks > AUTHORITIES_MAX) {
            value.wrong(blocks + " certificates: must be " + AUTHORITIES_MAX + " at most");
        }
        return List.copyOf(authorities);
    }

    private static void certificate(Value value, int line, String base64, List<X509Certificate> into) {
        X509Certificate certificate;
        try {
            byte[] der = Base64.getDecoder().decode(base64);
            certificate = (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
        } catch (CertificateException | IllegalArgumentException e) {
            value.wrongAt(line, "not a certificate in PEM: must be one of X.509 as its authority gives it");
            return;
        }
        if (certificate.getBasicConstraints() < 0) {
            value.wrongAt(
                    line,
                    "certificate of "
                            + Value.shown(certificate.getSubjectX500Principal().getName())
                            + ", which is no authority: must be the authority's that signed the servers' certificates");
        } else if (into.contains(certificate)) {
            value.wrongAt(
                    line,
                    "certificate of "
                            + Value.shown(certificate.getSubjectX500Principal().getName()) + " twice: must stand once");
        } else {
            into.add(certificate);
        }
    }
}
