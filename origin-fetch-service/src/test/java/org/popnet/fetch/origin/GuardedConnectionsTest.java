package org.popnet.fetch.origin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.popnet.caching.Headers;
import org.popnet.fetch.RecordedLookups;
import org.popnet.fetch.TestOrigin;
import org.popnet.fetch.origin.OriginUnavailableException.Reason;
import org.popnet.platform.origin.OriginChoice;
import org.popnet.platform.tree.ActiveTree;
import org.popnet.platform.tree.Capacity;
import org.popnet.platform.tree.CertificateTerms;
import org.popnet.platform.tree.Customer;
import org.popnet.platform.tree.CustomerServer;
import org.popnet.platform.tree.Domain;
import org.popnet.platform.tree.Generation;

/** Whatever the choice of servers hands over, connections go to addresses that the tree lists for this customer. */
@Timeout(60)
class GuardedConnectionsTest {
    private TestOrigin listed;
    private TestOrigin others;
    private Customer customer;
    private OriginClient client;
    private volatile List<CustomerServer> ranked = List.of();
    private final List<String> failures = new CopyOnWriteArrayList<>();

    @BeforeEach
    void start() throws IOException {
        listed = new TestOrigin();
        others = new TestOrigin();
        String text = """
                network: {zone: pop.example, administrators: [admin.hq]}
                push: {masters: [log.hq]}
                pops:
                  hq:
                    nodes:
                      admin.hq: {service: admin, address: 127.250.0.1}
                      log.hq: {service: log, address: 127.250.0.2}
                      edge1.hq: {service: edge-cache, address: 127.250.0.3}
                log-servers: {log.hq: {manages: [customer1, customer2, _network]}}
                customers:
                  customer1:
                    servers: {one: {address: 127.0.0.1, port: %d}}
                    domains: {localhost.customer1.example: {candidates: [pops]}}
                  customer2:
                    servers: {one: {address: 127.0.0.1, port: %d}}
                    domains: {www.customer2.example: {candidates: [pops]}}
                """.formatted(listed.port(), others.port());
        ActiveTree tree = ActiveTree.of(new Generation(1, "0".repeat(40), Generation.sha256(text)), text);
        customer = tree.tree().customers().get("customer1");
        ranked = List.copyOf(customer.servers().values());
        OriginSettings settings = new OriginSettings(
                Duration.ofSeconds(10),
                Duration.ofSeconds(20),
                Duration.ofSeconds(20),
                0,
                64,
                16,
                Duration.ofSeconds(4),
                4096,
                64,
                3);
        client = new OriginClient(
                settings,
                InetAddress.getLoopbackAddress(),
                new Handed(),
                new OriginErrors((c, record) -> failures.add(record.toString()), InstantSource.system()),
                InstantSource.system(),
                System::nanoTime,
                new SimpleMeterRegistry());
    }

    @AfterEach
    void stop() throws IOException {
        client.close();
        listed.close();
        others.close();
    }

    @Test
    void namesAreNeverLookedUpSoNoneCanChangeItsAnswerBetweenCheckAndConnect() throws IOException {
        listed.answering((request, out) -> out.write(
                request.target().equals("/elsewhere")
                        ? TestOrigin.response(302, new byte[0], "Location: http://rebound.attacker.example/")
                        : TestOrigin.ok("hello")));
        for (String target : List.of("/", "/elsewhere", "/")) {
            try (OriginResponse response = ask(target)) {
                assertThat(response.status()).isEqualTo(target.equals("/elsewhere") ? 302 : 200);
            }
        }
        assertThat(listed.requests()).hasSize(3).allMatch(r -> r.header("host").equals("localhost.customer1.example"));
        assertThat(RecordedLookups.names()).noneMatch(name -> name.endsWith(".example"));
        assertThatThrownBy(() -> InetAddress.getByName("seen.invalid")).isInstanceOf(UnknownHostException.class);
        assertThat(RecordedLookups.names()).contains("seen.invalid"); // it does look
    }

    /** Response splitting: the next request goes out on another connection, and once only. */
    @Test
    void connectionWithBytesThatNobodyAskedForIsNotUsedAgain() throws IOException {
        listed.answering((request, out) -> {
            byte[] longer = TestOrigin.ok("four" + "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged");
            out.write(
                    request.target().equals("/long")
                            ? new String(longer, StandardCharsets.ISO_8859_1)
                                    .replaceFirst("Content-Length: [0-9]+", "Content-Length: 4")
                                    .getBytes(StandardCharsets.ISO_8859_1)
                            : TestOrigin.ok("right"));
        });
        assertThat(text("/long")).isEqualTo("four");
        assertThat(text("/next")).isEqualTo("right");
        assertThat(text("/third")).isEqualTo("right");
        assertThat(listed.requests())
                .extracting(TestOrigin.Request::target)
                .containsExactly("/long", "/next", "/third");
        assertThat(listed.connections()).isEqualTo(2);
    }

    @Test
    void anotherCustomersServerOnAnotherPortOfAListedAddressIsNotConnectedTo() {
        ranked = List.of(server(InetAddress.getLoopbackAddress(), others.port()));
        assertRefused();
        assertThat(others.connections()).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "169.254.169.254",
                "127.0.0.2",
                "10.0.0.1",
                "192.168.1.1",
                "0.0.0.0",
                "::1",
                "64:ff9b::7f00:1",
                "fe80::1",
                "203.0.113.7"
            })
    void addressThatTheTreeDoesNotListIsNotConnectedTo(String address) {
        ranked = List.of(server(InetAddress.ofLiteral(address), listed.port()));
        assertRefused();
        assertThat(listed.connections()).isZero();
    }

    private String text(String target) throws IOException {
        try (OriginResponse response = ask(target)) {
            return Texts.of(response);
        }
    }

    private void assertRefused() {
        OriginUnavailableException refusal =
                catchThrowableOfType(OriginUnavailableException.class, () -> ask("/").close());
        assertThat(refusal).isNotNull();
        assertThat(refusal.reason()).isEqualTo(Reason.REFUSED_ADDRESS);
        assertThat(failures).anyMatch(line -> line.contains("refused-address"));
    }

    private OriginResponse ask(String target) throws OriginUnavailableException {
        Domain domain = customer.domains().values().iterator().next();
        return client.ask(new OriginRequest(customer, domain, "GET", target, Headers.EMPTY));
    }

    /** One that a tree of before, or a wrong answer of a name server, could bring up. */
    private static CustomerServer server(InetAddress address, int port) {
        return new CustomerServer(
                "customer1",
                "ghost",
                address,
                Optional.empty(),
                port,
                false,
                CertificateTerms.DEFAULT,
                Capacity.DEFAULT,
                1,
                0,
                Optional.empty());
    }

    private final class Handed implements OriginChoice {
        @Override
        public List<CustomerServer> ranked(Domain domain) {
            return ranked;
        }

        @Override
        public void succeeded(CustomerServer server, long firstByteNanos) {}

        @Override
        public void failed(CustomerServer server, Throwable cause) {}
    }
}
