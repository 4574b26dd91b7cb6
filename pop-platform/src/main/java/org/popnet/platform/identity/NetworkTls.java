package org.popnet.platform.identity;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** TLS between parts of the network: both sides show certificates, and only the network's own authority counts. */
public final class NetworkTls {
    private NetworkTls() {}

    /**
     * Connections as the holder of the identity in this directory. Servers must show a certificate of the same
     * authority; that it names the address or host connected to is checked by the HTTP client, as for any HTTPS.
     *
     * @param identityDirectory what {@link IdentityFiles#writeCertificate} wrote
     * @throws UncheckedIOException if it is not there or cannot be read
     */
    public static SSLContext client(Path identityDirectory) {
        IdentityFiles files = new IdentityFiles(identityDirectory);
        try {
            KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
            keys.init(files.keyStore(), files.password());
            TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
            trust.init(files.trustStore());
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), trust.getTrustManagers(), new SecureRandom());
            return context;
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "cannot read the identity in " + identityDirectory
                            + ": node.p12, trust.p12 and keystore.password must be there",
                    e);
        } catch (GeneralSecurityException e) {
            throw new UncheckedIOException(
                    "cannot use the identity in " + identityDirectory + ": " + e.getMessage(), new IOException(e));
        }
    }
}
