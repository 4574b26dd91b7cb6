package org.popnet.platform.tree;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The tree that the project comes with. */
class DemoNetworkTest {
    static final Path FILE = Path.of("../config-repo/network.yml");

    private final NetworkTree tree = parse();

    static NetworkTree parse() {
        try {
            return TreeParser.parse("network.yml", Files.readString(FILE));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void everyNodeHasItsAddressAndPorts() {
        assertThat(tree.zone()).isEqualTo("pop.example");
        assertThat(tree.pops().keySet()).containsExactly("hq", "westusa", "eastusa", "europe");
        assertThat(tree.nodes()).hasSize(16);
        assertThat(node("admin.hq").controlAddress().toString()).isEqualTo("/127.0.0.1:8095");
        assertThat(node("log.hq").datagramAddress().toString()).isEqualTo("/127.0.0.1:5140");
        assertThat(node("netview.hq").ports().http()).isEqualTo(8090);
        assertThat(node("edge2.westusa").address().getHostAddress()).isEqualTo("127.0.1.5");
        assertThat(node("edge1.europe").ports()).isEqualTo(new Ports(5300, 5301, 8080, 8443, 8081, 9443));
        assertThat(node("edge1.europe").capacity()).isEqualTo(new Capacity(2000));
    }

    @Test
    void domainsAreWhatTheirCandidatesSay() {
        Domain steered = domain("www.customer1.example");
        assertThat(steered.candidates().hosted()).isFalse();
        assertThat(steered.candidates().servers()).isTrue();
        assertThat(steered.rule().persistence()).isEqualTo(Duration.ofMinutes(10));
        assertThat(steered.checks())
                .containsExactly(
                        Check.Http.get("/health", Check.Expected.status(200).withText("ok")));

        Domain hosted = domain("static.customer1.example");
        assertThat(hosted.candidates().pops()).containsExactly("westusa", "eastusa", "europe");
        assertThat(hosted.originHost()).isEqualTo("www.customer1.example");
        assertThat(hosted.rule()).isEqualTo(SteeringRule.DEFAULT);
        assertThat(domain("www.customer2.example").originHost()).isEqualTo("www.customer2.example");
        assertThat(tree.domains()).hasSize(4);
    }

    @Test
    void everyCustomerHasItsLogServer() {
        assertThat(tree.logServerOf("customer2").orElseThrow().node()).isEqualTo(NodeName.of("log.hq"));
        assertThat(tree.logServerOf(Customer.NETWORK).orElseThrow().node()).isEqualTo(NodeName.of("log.hq"));
        assertThat(tree.push().below().get(NodeName.of("dns.eastusa")))
                .containsExactly(NodeName.of("probe.eastusa"), NodeName.of("probe.europe"));
    }

    private Node node(String name) {
        return tree.node(NodeName.of(name)).orElseThrow();
    }

    private Domain domain(String name) {
        Domain domain = tree.domain(name);
        assertThat(domain).as(name).isNotNull();
        return domain;
    }
}
