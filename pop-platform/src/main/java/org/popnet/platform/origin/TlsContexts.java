package org.popnet.platform.origin;

import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.popnet.platform.tree.CertificateTerms;

/**
 * Makes connections to customers' servers believe whom the tree says: the customer's own authorities and no other, those
 * that the JDK knows where it lists none, anybody at a server with {@code verify: false}. An authority counts only while
 * its own certificate is valid, which the JDK does not ask of one that it is told to trust.
 */
public final class TlsContexts {
    /** Contexts in use, beyond which all are made anew: trees that came and went. */
    private static final int CONTEXTS_MAX = 10_000;

    private final InstantSource clock;
    private final Map<CertificateTerms, Valid> contexts = new ConcurrentHashMap<>();

    private record Valid(SSLContext context, Instant until) {}

    public TlsContexts(InstantSource clock) {
        this.clock = clock;
    }

    /**
     * What makes connections under these terms. Whether the certificate is for the name that is asked for is the
     * connection's to check (RFC 9525), if the terms say {@code verify}.
     *
     * @throws SSLHandshakeException if no authority of these terms is valid now
     */
    public SSLContext context(CertificateTerms terms) throws IOException {
        Instant now = clock.instant();
        Valid known = contexts.get(terms);
        if (known != null && now.isBefore(known.until())) {
            return known.context();
        }
        if (contexts.size() >= CONTEXTS_MAX) {
            contexts.clear();
        }
        Valid made = make(terms, now);
        contexts.put(terms, made);
        return made.context();
    }

    private static Valid make(CertificateTerms terms, Instant now) throws IOException {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            Instant until = Instant.MAX;
            if (!terms.verify()) {
                context.init(null, new TrustManager[] {new Anybody()}, null);
            } else if (terms.authorities().isEmpty()) {
                context.init(null, null, null);
            } else {
                List<X509Certificate> valid = terms.authorities().stream()
                        .filter(a -> !now.isBefore(from(a)) && now.isBefore(to(a)))
                        .toList();
                context.init(null, trusting(valid), null);
                until = terms.authorities().stream()
                        .map(a -> now.isBefore(from(a)) ? from(a) : to(a))
                        .filter(now::isBefore)
                        .min(Instant::compareTo)
                        .orElse(Instant.MAX);
            }
            return new Valid(context, until);
        } catch (GeneralSecurityException e) {
            throw new IOException("the certificate authorities cannot be used: " + e.getMessage(), e);
        }
    }

    private static Instant from(X509Certificate certificate) {
        return certificate.getNotBefore().toInstant();
    }

    private static Instant to(X509Certificate certificate) {
        Date last = certificate.getNotAfter();
        return last.toInstant().plusMillis(1);
    }

    private static TrustManager[] trusting(List<X509Certificate> authorities)
            throws GeneralSecurityException, IOException {
        if (authorities.isEmpty()) {
            throw new SSLHandshakeException(
                    "the customer's authorities have all expired, or none is valid yet: replace them in the tree");
        }
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        for (int i = 0; i < authorities.size(); i++) {
            store.setCertificateEntry("authority" + i, authorities.get(i));
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(store);
        return trust.getTrustManagers();
    }

    /** For {@code verify: false}: takes every certificate, for every name. */
    private static final class Anybody extends X509ExtendedTrustManager {
        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {
            throw new UnsupportedOperationException("customers' servers are no clients");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {
            throw new UnsupportedOperationException("customers' servers are no clients");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {
            throw new UnsupportedOperationException("customers' servers are no clients");
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
