package org.popnet.fetch.origin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.popnet.caching.Headers;
import org.popnet.fetch.TestOrigin;
import org.popnet.fetch.origin.OriginUnavailableException.Reason;
import org.popnet.platform.control.Role;
import org.popnet.platform.identity.CertificateAuthority;
import org.popnet.platform.identity.IssuedCertificate;
import org.popnet.platform.origin.OriginChoice;
import org.popnet.platform.tree.ActiveTree;
import org.popnet.platform.tree.Customer;
import org.popnet.platform.tree.CustomerServer;
import org.popnet.platform.tree.Domain;
import org.popnet.platform.tree.Generation;

/** Which certificates of customers' servers are taken, by real handshakes. */
@Timeout(60)
class HttpsOriginTest {
    private static final String HOST = "www.customer1.example";
    private static final Duration DAY = Duration.ofDays(1);

    @TempDir
    Path directory;

    private final InstantSource clock = InstantSource.system();
    private final List<AutoCloseable> open = new ArrayList<>();
    private final List<String> logged = new CopyOnWriteArrayList<>();
    private volatile ActiveTree tree;

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable each : open.reversed()) {
            each.close();
        }
    }

    @Test
    void certificateOfTheCustomersAuthorityIsTakenAndTheServerIsAskedForByName() throws Exception {
        CertificateAuthority authority = authority("a", clock);
        TestOrigin server = server(issue(authority, HOST, DAY));
        server.answering((request, out) -> out.write(TestOrigin.ok("for " + TestOrigin.serverName(request))));
        ActiveTree tree = tree(server.port(), "", List.of(authority.certificate()), List.of());
        OriginClient client = client();
        for (int i = 0; i < 3; i++) {
            assertThat(fetch(client, tree, "customer1")).isEqualTo("for " + HOST);
        }
        assertThat(server.requests().getFirst().header("host")).isEqualTo(HOST);
        assertThat(server.connections()).isEqualTo(1); // kept alive under the same terms
    }

    @Test
    void certificateForAnotherNameIsRefused() throws Exception {
        CertificateAuthority authority = authority("a", clock);
        TestOrigin server = server(issue(authority, "www.customer2.example", DAY));
        refused(server, tree(server.port(), "", List.of(authority.certificate()), List.of()), "customer1");
    }

    @Test
    void certificateForTheAddressInsteadOfTheNameIsRefused() throws Exception {
        CertificateAuthority authority = authority("a", clock);
        TestOrigin server = server(authority.issue(
                "s", Role.EDGE_CACHE, List.of(InetAddress.getLoopbackAddress()), List.of("localhost"), DAY));
        refused(server, tree(server.port(), "", List.of(authority.certificate()), List.of()), "customer1");
    }

    @Test
    void expiredCertificateIsRefused() throws Exception {
        authority("a", clock);
        InstantSource lastWeek = () -> Instant.now().minus(Duration.ofDays(7));
        CertificateAuthority authority = authority("a", lastWeek);
        TestOrigin server = server(issue(authority, HOST, DAY));
        refused(server, tree(server.port(), "", List.of(authority.certificate()), List.of()), "customer1");
    }

    @Test
    void certificateOfAnAuthorityThatHasExpiredIsRefused() throws Exception {
        authority("a", () -> Instant.now().minus(Duration.ofDays(3660)));
        CertificateAuthority authority = authority("a", clock);
        assertThat(authority.certificate().getNotAfter()).isInThePast();
        TestOrigin server = server(issue(authority, HOST, DAY));
        refused(server, tree(server.port(), "", List.of(authority.certificate()), List.of()), "customer1");
    }

    @Test
    void certificateOfAnAuthorityThatNobodyKnowsIsRefused() throws Exception {
        TestOrigin server = server(issue(authority("a", clock), HOST, DAY));
        refused(server, tree(server.port(), "", List.of(), List.of()), "customer1");
    }

    @Test
    void oneCustomersAuthorityVouchesForNobodyElsesServers() throws Exception {
        CertificateAuthority first = authority("a", clock);
        CertificateAuthority second = authority("b", clock);
        TestOrigin server =
                server(first.issue("s", Role.EDGE_CACHE, List.of(), List.of(HOST, "www.customer2.example"), DAY));
        ActiveTree tree = tree(server.port(), "", List.of(first.certificate()), List.of(second.certificate()));
        OriginClient client = client();
        assertThat(fetch(client, tree, "customer1")).isEqualTo("hello");
        refused(client, server, tree, "customer2");
        assertThat(fetch(client, tree, "customer1")).isEqualTo("hello");
    }

    @Test
    void authorityThatIsTakenOutOfTheTreeCountsForNoRequestAfterwardsKeptConnectionsIncluded() throws Exception {
        CertificateAuthority authority = authority("a", clock);
        TestOrigin server = server(issue(authority, HOST, DAY));
        OriginClient client = client();
        ActiveTree before = tree(server.port(), "", List.of(authority.certificate()), List.of());
        assertThat(fetch(client, before, "customer1")).isEqualTo("hello");
        ActiveTree after = tree(server.port(), "", List.of(authority("b", clock).certificate()), List.of());
        refused(client, server, after, "customer1");
    }

    @Test
    void serverThatTheTreeSaysNotToVerifyIsTakenWithAnyCertificate() throws Exception {
        InstantSource lastWeek = () -> Instant.now().minus(Duration.ofDays(7));
        TestOrigin server = server(issue(authority("a", lastWeek), "elsewhere.example", DAY));
        ActiveTree tree = tree(server.port(), ", verify: false", List.of(), List.of());
        assertThat(fetch(client(), tree, "customer1")).isEqualTo("hello");
    }

    @Test
    void serverThatSpeaksNoTlsIsNotAskedInPlainText() throws Exception {
        TestOrigin server = opened(new TestOrigin());
        OriginUnavailableException refusal = catchThrowableOfType(
                OriginUnavailableException.class,
                () -> fetch(client(), tree(server.port(), "", List.of(), List.of()), "customer1"));
        assertThat(refusal).isNotNull();
        assertThat(server.requests()).noneMatch(request -> request.method().equals("GET"));
    }

    @Test
    void serverThatNeverAnswersTheHandshakeIsGivenUp() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            OriginUnavailableException refusal = catchThrowableOfType(
                    OriginUnavailableException.class,
                    () -> fetch(client(), tree(silent.getLocalPort(), "", List.of(), List.of()), "customer1"));
            assertThat(refusal.reason()).isEqualTo(Reason.TIMEOUT);
        }
    }

    private void refused(TestOrigin server, ActiveTree tree, String customer) {
        refused(client(), server, tree, customer);
    }

    private void refused(OriginClient client, TestOrigin server, ActiveTree tree, String customer) {
        int before = server.requests().size();
        OriginUnavailableException refusal =
                catchThrowableOfType(OriginUnavailableException.class, () -> fetch(client, tree, customer));
        assertThat(refusal).isNotNull();
        assertThat(refusal.reason()).isEqualTo(Reason.TLS);
        assertThat(server.requests()).hasSize(before);
        assertThat(logged).anyMatch(line -> line.contains("tls-failed"));
    }

    private String fetch(OriginClient client, ActiveTree now, String customer) throws IOException {
        tree = now;
        Customer of = tree.tree().customers().get(customer);
        Domain domain = of.domains().get("www." + customer + ".example");
        try (OriginResponse response = client.ask(new OriginRequest(of, domain, "GET", "/", Headers.EMPTY))) {
            return Texts.of(response);
        }
    }

    private OriginClient client() {
        OriginSettings settings = new OriginSettings(
                Duration.ofSeconds(20),
                Duration.ofSeconds(5),
                Duration.ofSeconds(20),
                0,
                64,
                16,
                Duration.ofSeconds(30),
                4096,
                64,
                1);
        return opened(new OriginClient(
                settings,
                InetAddress.getLoopbackAddress(),
                new OnlyServer(),
                new OriginErrors((customer, record) -> logged.add(customer + " " + record), clock),
                clock,
                System::nanoTime,
                new SimpleMeterRegistry()));
    }

    private CertificateAuthority authority(String name, InstantSource at) {
        return CertificateAuthority.loadOrCreate(directory.resolve(name), name, at);
    }

    private static IssuedCertificate issue(CertificateAuthority authority, String host, Duration validity) {
        return authority.issue("s", Role.EDGE_CACHE, List.of(), List.of(host), validity);
    }

    private TestOrigin server(IssuedCertificate certificate) throws IOException, GeneralSecurityException {
        return opened(TestOrigin.speakingTls(certificate));
    }

    private <T extends AutoCloseable> T opened(T closeable) {
        open.add(closeable);
        return closeable;
    }

    /** The only server of the domain's customer. */
    private final class OnlyServer implements OriginChoice {
        @Override
        public List<CustomerServer> ranked(Domain domain) {
            return List.copyOf(
                    tree.tree().customers().get(domain.customer()).servers().values());
        }

        @Override
        public void succeeded(CustomerServer server, long firstByteNanos) {}

        @Override
        public void failed(CustomerServer server, Throwable cause) {}
    }

    private static ActiveTree tree(
            int port, String server, List<X509Certificate> ofFirst, List<X509Certificate> ofSecond) {
        String text =
                """
                network: {zone: pop.example, administrators: [admin.hq]}
                push: {masters: [log.hq]}
                pops:
                  hq:
                    nodes:
                      admin.hq: {service: admin, address: 127.250.0.1}
                      log.hq: {service: log, address: 127.250.0.2}
                      edge1.hq: {service: edge-cache, address: 127.250.0.3}
                log-servers:
                  log.hq: {manages: [customer1, customer2, _network], deputies: []}
                customers:
                """ + customer("customer1", port, server, ofFirst) + customer("customer2", port, server, ofSecond);
        return ActiveTree.of(new Generation(1, "0".repeat(40), Generation.sha256(text)), text);
    }

    private static String customer(String name, int port, String server, List<X509Certificate> authorities) {
        return "  " + name + ":\n"
                + "    servers: {one: {address: 127.0.0.1, port: " + port + ", tls: true" + server + "}}\n"
                + "    domains: {www." + name + ".example: {candidates: [pops]}}\n"
                + (authorities.isEmpty() ? "" : "    ca: |\n" + pem(authorities).indent(6));
    }

    private static String pem(List<X509Certificate> certificates) {
        return certificates.stream()
                .map(certificate -> {
                    try {
                        return "-----BEGIN CERTIFICATE-----\n"
                                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(certificate.getEncoded())
                                + "\n-----END CERTIFICATE-----";
                    } catch (GeneralSecurityException e) {
                        throw new IllegalStateException(e);
                    }
                })
                .collect(Collectors.joining("\n"));
    }
}
