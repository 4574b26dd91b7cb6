package org.popnet.platform.identity;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;

/**
 * A certificate with its private key.
 *
 * @param authority the certificate of the authority that signed it
 */
public record IssuedCertificate(PrivateKey key, X509Certificate certificate, X509Certificate authority) {
    /** Shows no key. */
    @Override
    public String toString() {
        return "IssuedCertificate[" + certificate.getSubjectX500Principal() + "]";
    }
}
