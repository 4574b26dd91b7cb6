package org.popnet.platform.tree;

import java.security.cert.X509Certificate;
import java.util.List;

/**
 * What must hold of the certificate that a customer's server shows in TLS.
 *
 * @param verify whether it must be for the name that is asked for, valid now, and signed by one of the authorities; false
 *     takes any
 * @param authorities the customer's own; empty for those that the JDK knows
 */
public record CertificateTerms(boolean verify, List<X509Certificate> authorities) {
    /** Of a server of which the tree says nothing. */
    public static final CertificateTerms DEFAULT = new CertificateTerms(true, List.of());

    public CertificateTerms {
        authorities = List.copyOf(authorities);
    }
}
