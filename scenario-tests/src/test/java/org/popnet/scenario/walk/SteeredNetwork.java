package org.popnet.scenario.walk;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.popnet.local.LocalNetwork;

/**
 * A network that only steers: name servers, probes and edges, and customers' servers in this process. One domain for each
 * form of {@code candidates} and each rule for when nothing is as it should be.
 *
 * <p>Every edge and server takes ten requests a second, so that a few users are a crowd.
 */
final class SteeredNetwork implements AutoCloseable {
    /** Of as many networks that nobody has measured; the same ones in each run. */
    static final List<String> CLIENTS =
            IntStream.range(0, 150).mapToObj(i -> "100.64." + i + ".0").toList();

    private static final int INSTANCE = 3;

    private static final String TREE = """
            network:
              zone: pop.example
              administrators: [admin.hq]
              load-measures: [requests]
              ports: {dns: 5300, datagram: 5301, http: 8080, https: 8443, fetch: 8081, control: 9443}
            push:
              masters: [dns.westusa, dns.eastusa, log.hq]
              below: {dns.westusa: [probe.westusa], dns.eastusa: [probe.eastusa]}
            pops:
              hq:
                nodes:
                  admin.hq: {service: admin, address: 127.0.0.1, ports: {control: 8095}}
                  log.hq: {service: log, address: 127.0.0.1, ports: {control: 8096, datagram: 5140}}
              westusa:
                location: [37.4, -122.1]
                coverage: [198.51.100.0/24]
                nodes:
                  dns.westusa: {service: dns, address: 127.0.1.1}
                  edge1.westusa: {service: edge-cache, address: 127.0.1.2, capacity: 10/s}
                  probe.westusa: {service: probe, address: 127.0.1.4}
              eastusa:
                location: [40.7, -74.0]
                nodes:
                  dns.eastusa: {service: dns, address: 127.0.2.1}
                  probe.eastusa: {service: probe, address: 127.0.2.4}
              europe:
                location: [48.9, 2.4]
                coverage: [203.0.113.0/24]
                nodes:
                  edge1.europe: {service: edge-cache, address: 127.0.3.2, capacity: 10/s}
                  edge2.europe: {service: edge-cache, address: 127.0.3.5, capacity: 10/s}
              asia:
                location: [35.7, 139.7]
                nodes:
                  edge1.asia: {service: edge-cache, address: 127.0.4.2, capacity: 10/s}
            log-servers:
              log.hq: {manages: [shop, lone], deputies: []}
            customers:
              shop:
                servers:
                  one: {address: 127.0.11.1, port: @one@, capacity: 10/s}
                  two: {address: 127.0.11.2, port: @two@, capacity: 10/s}
                domains:
                  near.shop.example: {candidates: [pops], rule: near}
                  pops.shop.example: {candidates: [pops], rule: even}
                  servers.shop.example: {candidates: [servers], rule: even-none}
                  both.shop.example: {candidates: [pops, servers], rule: even}
                  named.shop.example: {candidates: [westusa, {europe: 2}], rule: even}
                  nodes.shop.example: {candidates: [edge1.westusa, {edge1.europe: 3}], rule: even}
                  kinds.shop.example: {candidates: [{pops: 1}, {servers: 3}], rule: even}
                  apart.shop.example: {candidates: [europe, {edge1.europe: 3}], rule: even}
                  one.shop.example: {candidates: [europe], rule: even}
                  mixed.shop.example: {candidates: [westusa, {edge2.europe: 2}, servers], rule: even}
                  all.shop.example: {candidates: [europe], rule: all}
                  last.shop.example: {candidates: [europe], rule: last}
                  none.shop.example: {candidates: [europe], rule: none}
                  error.shop.example: {candidates: [europe], rule: error}
                  sorry.shop.example: {candidates: [europe], rule: sorry}
                  stay.shop.example: {candidates: [asia], rule: even}
                  to-host.shop.example: {candidates: [asia], rule: to-host}
                  to-pop.shop.example: {candidates: [asia], rule: to-pop}
                  to-servers.shop.example: {candidates: [asia], rule: to-servers}
              lone:
                servers:
                  one: {address: 127.0.12.1, port: @lone@, capacity: 10/s, load-url: /load.json}
                domains:
                  www.lone.example: {candidates: [servers], rule: to-host}
            rules:
              near: {weights: {response: 0, load: 0}}
              even: {weights: {latency: 0, response: 0, loss: 0, load: 0, cost: 0}}
              even-none: {extends: even, when-all-down: none}
              all: {answers: 2, when-all-down: all}
              last: {answers: 2, when-all-down: last-good}
              none: {when-all-down: none}
              error: {when-all-down: servfail}
              sorry: {when-all-down: {cname: sorry.example}}
              to-host: {overflow: {cname: big.example}}
              to-pop: {overflow: [westusa]}
              to-servers: {overflow: [servers]}
            """;

    final MirroredServer one;
    final MirroredServer two;
    final MirroredServer lone;
    final LocalNetwork network;

    private final Path state;

    private SteeredNetwork() throws IOException, InterruptedException {
        state = Files.createTempDirectory("popnet-steered");
        one = new MirroredServer("127.103.11.1");
        two = new MirroredServer("127.103.11.2");
        lone = new MirroredServer("127.103.12.1");
        network = LocalNetwork.builder()
                .instance(INSTANCE)
                .state(state)
                .tree(TREE.replace("@one@", Integer.toString(one.port()))
                        .replace("@two@", Integer.toString(two.port()))
                        .replace("@lone@", Integer.toString(lone.port())))
                .only(
                        "admin.hq",
                        "dns.westusa",
                        "dns.eastusa",
                        "probe.westusa",
                        "probe.eastusa",
                        "edge1.westusa",
                        "edge1.europe",
                        "edge2.europe",
                        "edge1.asia")
                .quickStart(true)
                .startTimeout(Duration.ofMinutes(4))
                .progress(System.out::println)
                .start();
    }

    /** Waits until every server is up, and no name server leaves one out. */
    void awaitWhole() {
        NameServers nameServers = new NameServers(network);
        NameServers.everywhere(nameServer -> {
            for (String domain : List.of("pops.shop.example", "servers.shop.example")) {
                Told told = nameServers.explain(nameServer, domain, CLIENTS.getFirst());
                assertThat(told.rejected()).as(domain).isEmpty();
                assertThat(told.fact("situation")).isEmpty();
            }
            assertThat(nameServers
                            .target(nameServer, "node:edge1.asia")
                            .path("state")
                            .asString())
                    .isEqualTo("UP");
        });
    }

    /** {@code 1.2} is 127.103.1.2. */
    static Set<String> addresses(String hosts) {
        return List.of(hosts.split(" ")).stream()
                .filter(host -> !host.isEmpty())
                .map(host -> "127.103." + host)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Override
    public void close() throws IOException {
        network.close();
        one.close();
        two.close();
        lone.close();
        WholeNetwork.delete(state);
    }

    /** Gives stories the one network that they share: started for the first, stopped after the last. */
    static final class Shared implements ParameterResolver {
        private static final ExtensionContext.Namespace SHARED = ExtensionContext.Namespace.create(Shared.class);

        @Override
        public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
            return parameter.getParameter().getType() == SteeredNetwork.class;
        }

        @Override
        public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
            return context.getRoot()
                    .getStore(SHARED)
                    .computeIfAbsent(SteeredNetwork.class, key -> start(), SteeredNetwork.class);
        }

        private static SteeredNetwork start() {
            try {
                return new SteeredNetwork();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }
    }
}
