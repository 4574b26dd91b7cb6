package org.popnet.platform.control;

import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x500.style.IETFUtils;

/**
 * Whom a certificate of the network names.
 *
 * @param name the subject's CN: a node name, or for people the name of their account
 * @param role the subject's OU
 */
public record CertificateHolder(String name, Role role) {
    /**
     * Reads the subject of a certificate that was already verified against the network's authority. Empty if it does
     * not name exactly one holder and exactly one role.
     */
    public static Optional<CertificateHolder> of(X509Certificate certificate) {
        X500Name subject =
                X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded());
        List<String> names = values(subject, BCStyle.CN);
        List<String> roles = values(subject, BCStyle.OU);
        if (names.size() != 1 || roles.size() != 1) {
            return Optional.empty();
        }
        return Role.ofKey(roles.getFirst()).map(role -> new CertificateHolder(names.getFirst(), role));
    }

    private static List<String> values(X500Name subject, ASN1ObjectIdentifier attribute) {
        return Arrays.stream(subject.getRDNs(attribute))
                .flatMap(rdn -> Arrays.stream(rdn.getTypesAndValues()))
                .filter(typeAndValue -> typeAndValue.getType().equals(attribute))
                .map(typeAndValue -> IETFUtils.valueToString(typeAndValue.getValue()))
                .toList();
    }
}
