package org.popnet.edge.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.popnet.caching.Headers;
import org.popnet.platform.control.Role;
import org.popnet.platform.identity.CertificateAuthority;
import org.popnet.platform.identity.IssuedCertificate;
import org.popnet.platform.tree.Capacity;
import org.popnet.platform.tree.CertificateTerms;
import org.popnet.platform.tree.CustomerServer;

/** What an edge passes through to customers' servers by HTTPS: whose certificates it takes, by real handshakes. */
@Timeout(60)
class UpstreamTlsTest {
    private static final String HOST = "www.customer1.example";
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

    @TempDir
    Path directory;

    private final MultiThreadIoEventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final UpstreamClient client = new UpstreamClient(
            NioSocketChannel.class,
            UnpooledByteBufAllocator.DEFAULT,
            LOOPBACK,
            UpstreamSettings.DEFAULT,
            new Unobserved(),
            System::nanoTime);
    private final List<SSLServerSocket> servers = new ArrayList<>();
    private final List<String> asked = new CopyOnWriteArrayList<>();

    @AfterEach
    void stop() throws Exception {
        for (SSLServerSocket server : servers) {
            server.close();
        }
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
    }

    @Test
    void customersAuthorityCountsForThisCustomerAloneAndTheNameIsAskedFor() throws Exception {
        CertificateAuthority authority = authority("a");
        CertificateAuthority another = authority("b");
        int port = server(authority.issue("s", Role.EDGE_CACHE, List.of(), List.of(HOST), Duration.ofDays(1)));
        assertThat(ask(port, HOST, true, List.of(authority.certificate()))).isEqualTo("200 hello");
        assertThat(asked).containsExactly(HOST);
        assertThat(ask(port, HOST, true, List.of(another.certificate()))).isEqualTo("failed");
        assertThat(ask(port, HOST, true, List.of())).isEqualTo("failed");
        assertThat(ask(port, "www.customer2.example", true, List.of(authority.certificate())))
                .as("a certificate for another name")
                .isEqualTo("failed");
        assertThat(asked).containsExactly(HOST);
        assertThat(ask(port, "www.customer2.example", false, List.of()))
                .as("not verified")
                .isEqualTo("200 hello");
    }

    private String ask(int port, String host, boolean verify, List<X509Certificate> authorities) throws Exception {
        CustomerServer server = new CustomerServer(
                "customer1",
                "west",
                LOOPBACK,
                Optional.empty(),
                port,
                true,
                new CertificateTerms(verify, authorities),
                Capacity.DEFAULT,
                1,
                0,
                Optional.empty());
        CompletableFuture<String> outcome = new CompletableFuture<>();
        var loop = loops.next();
        loop.execute(() -> client.call(
                loop,
                List.of(new Upstream(server.socketAddress(), host, server, 0)),
                new UpstreamRequest("GET", "/", Headers.EMPTY, 0),
                new Heard(outcome)));
        return outcome.get(30, TimeUnit.SECONDS);
    }

    private CertificateAuthority authority(String name) {
        return CertificateAuthority.loadOrCreate(directory.resolve(name), name, InstantSource.system());
    }

    /** One that answers every request with hello, once for each connection. */
    private int server(IssuedCertificate certificate) throws Exception {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        Certificate[] chain = {certificate.certificate(), certificate.authority()};
        store.setKeyEntry("server", certificate.key(), new char[0], chain);
        KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
        keys.init(store, new char[0]);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        SSLServerSocket listener =
                (SSLServerSocket) context.getServerSocketFactory().createServerSocket(0, 50, LOOPBACK);
        servers.add(listener);
        Thread.ofVirtual().start(() -> {
            while (!listener.isClosed()) {
                try {
                    SSLSocket socket = (SSLSocket) listener.accept();
                    Thread.ofVirtual().start(() -> answer(socket));
                } catch (IOException e) {
                    return;
                }
            }
        });
        return listener.getLocalPort();
    }

    private void answer(SSLSocket socket) {
        try (socket) {
            InputStream in = socket.getInputStream();
            StringBuilder head = new StringBuilder();
            while (head.indexOf("\r\n\r\n") < 0) {
                int b = in.read();
                if (b < 0) {
                    return;
                }
                head.append((char) b);
            }
            ExtendedSSLSession session = (ExtendedSSLSession) socket.getSession();
            session.getRequestedServerNames().forEach(name -> asked.add(((SNIHostName) name).getAsciiName()));
            socket.getOutputStream()
                    .write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello"
                            .getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            // the handshake was broken off, as some shall be
        }
    }

    private static final class Heard implements ResponseListener {
        private final CompletableFuture<String> outcome;
        private final StringBuilder heard = new StringBuilder();

        Heard(CompletableFuture<String> outcome) {
            this.outcome = outcome;
        }

        @Override
        public void head(UpstreamCall call, int status, Headers headers) {
            heard.append(status).append(' ');
        }

        @Override
        public void content(ByteBuf bytes) {
            heard.append(bytes.toString(StandardCharsets.US_ASCII));
        }

        @Override
        public void end() {
            outcome.complete(heard.toString());
        }

        @Override
        public void failed(UpstreamCall call, UpstreamFailure failure) {
            outcome.complete("failed");
        }
    }

    private static final class Unobserved implements UpstreamObserver {
        @Override
        public void answered(Upstream upstream, int status, long firstByteNanos) {}

        @Override
        public void failed(Upstream upstream, UpstreamFailure failure) {}
    }
}
