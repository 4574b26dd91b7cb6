package org.popnet.probe.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.popnet.platform.message.TargetId;
import org.popnet.platform.tree.Check;
import org.popnet.platform.tree.NetworkTree;
import org.popnet.platform.tree.NodeName;
import org.popnet.platform.tree.TreeParser;

class ServiceTargetTest {
    @Test
    void contentMachinesAndCustomerServersByDomainAreWatched() {
        NetworkTree tree = tree(1);

        Map<TargetId, ServiceTarget> targets = ServiceTarget.assignedTo(NodeName.of("probe.p0"), tree);

        assertThat(targets.keySet())
                .extracting(TargetId::text)
                .containsExactlyInAnyOrder(
                        "node:edge.p0",
                        "node:fetch.p0",
                        "server:c/west/www.c.example",
                        "server:c/west/static.c.example");
        ServiceTarget edge = targets.get(new TargetId("node:edge.p0"));
        assertThat(edge.endpoint().address().getPort()).isEqualTo(8080);
        assertThat(edge.endpoint().host()).isEqualTo("edge.p0.pop.example");
        assertThat(targets.get(new TargetId("node:fetch.p0"))
                        .endpoint()
                        .address()
                        .getPort())
                .isEqualTo(8081);
        ServiceTarget origin = targets.get(new TargetId("server:c/west/static.c.example"));
        assertThat(origin.endpoint().host()).as("asked for its origin's name").isEqualTo("www.c.example");
        assertThat(origin.checks()).containsExactly(new Check.Tcp(8888));
    }

    @Test
    void everyTargetHasTheThreeNearestProbes() {
        NetworkTree tree = tree(8);
        Map<String, List<String>> watchers = watchers(tree, 8);

        assertThat(watchers)
                .allSatisfy((target, probes) -> assertThat(probes).as(target).hasSize(3));
        // POPs stand in a row, 10 degrees apart
        assertThat(watchers.get("node:edge.p0")).containsExactly("p0", "p1", "p2");
        assertThat(watchers.get("node:edge.p7")).containsExactly("p5", "p6", "p7");
    }

    @Test
    void threeProbesOrFewerWatchEverything() {
        assertThat(watchers(tree(3), 3))
                .allSatisfy((target, probes) -> assertThat(probes).hasSize(3));
    }

    @Test
    void secondAddressesAreWatchedByTheNearestProbesThatHaveOneToo() {
        String dual = text(6).replace("127.250.200.1,", "127.250.200.1, address6: \"2001:db8::c8\",")
                .replace("127.250.0.2}", "127.250.0.2, address6: \"2001:db8::2\"}");
        assertThat(watchers(TreeParser.parse("network.yml", dual), 6).keySet())
                .as("no probe has one")
                .noneMatch(target -> new TargetId(target).isOverIpv6());

        for (int i = 1; i < 6; i++) {
            dual = dual.replace(
                    "127.250.%d.4}".formatted(i), "127.250.%d.4, address6: \"2001:db8:%d::4\"}".formatted(i, i));
        }
        NetworkTree tree = TreeParser.parse("network.yml", dual);
        Map<String, List<String>> watchers = watchers(tree, 6);
        assertThat(watchers.keySet().stream().filter(target -> new TargetId(target).isOverIpv6()))
                .containsExactlyInAnyOrder(
                        "node:edge.p0+ipv6", "server:c/west/www.c.example+ipv6", "server:c/west/static.c.example+ipv6");
        assertThat(watchers.get("node:edge.p0")).containsExactly("p0", "p1", "p2");
        assertThat(watchers.get("node:edge.p0+ipv6")).containsExactly("p1", "p2", "p3");
        ServiceTarget server = ServiceTarget.of(tree).get(new TargetId("server:c/west/static.c.example+ipv6"));
        assertThat(server.endpoint().address()).isEqualTo(new InetSocketAddress("2001:db8::c8", 8888));
        assertThat(server.endpoint().host()).isEqualTo("www.c.example");
    }

    private static Map<String, List<String>> watchers(NetworkTree tree, int pops) {
        Map<String, List<String>> watchers = new HashMap<>();
        for (int i = 0; i < pops; i++) {
            String pop = "p" + i;
            for (TargetId target :
                    ServiceTarget.assignedTo(NodeName.of("probe." + pop), tree).keySet()) {
                watchers.computeIfAbsent(target.text(), t -> new ArrayList<>()).add(pop);
            }
        }
        return watchers;
    }

    private static NetworkTree tree(int pops) {
        return TreeParser.parse("network.yml", text(pops));
    }

    private static String text(int pops) {
        String text = IntStream.range(0, pops)
                .mapToObj(i -> """
                          p%d:
                            location: [0, %d]
                            nodes:
                              dns.p%d: {service: dns, address: 127.250.%d.1}
                              edge.p%d: {service: edge-cache, address: 127.250.%d.2}
                              fetch.p%d: {service: origin-fetch, address: 127.250.%d.3}
                              probe.p%d: {service: probe, address: 127.250.%d.4}
                              log.p%d: {service: log, address: 127.250.%d.5}
                        """.formatted(i, i * 10, i, i, i, i, i, i, i, i, i, i))
                .collect(Collectors.joining());
        return """
                network: {zone: pop.example, ports: {http: 8080, fetch: 8081}}
                log-servers: {log.p0: {manages: [c, _network]}}
                customers:
                  c:
                    servers:
                      west: {address: 127.250.200.1, port: 8888}
                    domains:
                      www.c.example: {candidates: [servers], checks: [{http: /health, text: ok}]}
                      static.c.example: {candidates: [pops], origin: www.c.example}
                pops:
                """ + text;
    }
}
