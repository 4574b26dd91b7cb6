package org.popnet.probe.check;

import java.io.IOException;
import java.net.InetAddress;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
import javax.net.ssl.SSLSocketFactory;
import org.popnet.platform.origin.TlsContexts;
import org.popnet.platform.tree.CertificateTerms;
import org.popnet.platform.tree.Customer;
import org.popnet.platform.tree.CustomerServer;

/**
 * Whom to believe in TLS.
 *
 * @param name that is asked for (SNI) and that the certificate must have (RFC 9525), if it is verified
 * @param terms of its verification
 */
record Trust(String name, CertificateTerms terms) {
    /** Contexts are costly, and the same for all attempts. */
    private static final TlsContexts CONTEXTS = new TlsContexts(InstantSource.system());

    /**
     * @param authorities that the check names; if none, what the tree says of this server of the customer holds
     */
    static Trust of(String name, List<X509Certificate> authorities, Customer owner, InetAddress server) {
        return new Trust(
                name,
                authorities.isEmpty()
                        ? owner.servers().values().stream()
                                .filter(s -> s.address().equals(server))
                                .map(CustomerServer::certificate)
                                .findFirst()
                                .orElse(CertificateTerms.DEFAULT)
                        : new CertificateTerms(true, authorities));
    }

    SSLSocketFactory factory() throws IOException {
        return CONTEXTS.context(terms).getSocketFactory();
    }
}
