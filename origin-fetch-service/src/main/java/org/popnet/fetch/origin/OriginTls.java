package org.popnet.fetch.origin;

import java.io.IOException;
import java.net.Socket;
import java.util.Objects;
import javax.net.ssl.SSLSocket;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.client5.http.ssl.DefaultHostnameVerifier;
import org.apache.hc.client5.http.ssl.HostnameVerificationPolicy;
import org.apache.hc.client5.http.ssl.NoopHostnameVerifier;
import org.apache.hc.client5.http.ssl.TlsSocketStrategy;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.popnet.platform.origin.TlsContexts;
import org.popnet.platform.tree.CertificateTerms;

/**
 * TLS to customers' servers: asks for the origin's host name (SNI, RFC 6066) and checks the certificate against it and
 * against what the tree says of this customer's authorities, request by request, so that one customer's authority vouches
 * for nobody else's servers. A connection is reused only under the terms it was made under.
 */
final class OriginTls implements TlsSocketStrategy {
    private static final String TERMS = "popnet.terms";

    private final TlsContexts contexts;

    OriginTls(TlsContexts contexts) {
        this.contexts = contexts;
    }

    /** Has the connection of this request made, or found again, under these terms. */
    static void demand(HttpClientContext context, CertificateTerms terms) {
        context.setAttribute(TERMS, terms);
        context.setUserToken(terms);
    }

    @Override
    public SSLSocket upgrade(Socket socket, String host, int port, Object attachment, HttpContext context)
            throws IOException {
        CertificateTerms terms = (CertificateTerms) Objects.requireNonNull(context.getAttribute(TERMS));
        DefaultClientTlsStrategy strategy = terms.verify()
                ? new DefaultClientTlsStrategy(
                        contexts.context(terms), HostnameVerificationPolicy.BOTH, new DefaultHostnameVerifier())
                : new DefaultClientTlsStrategy(
                        contexts.context(terms), HostnameVerificationPolicy.CLIENT, NoopHostnameVerifier.INSTANCE);
        return strategy.upgrade(socket, host, port, attachment, context);
    }
}
