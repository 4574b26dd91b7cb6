package org.popnet.platform.origin;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;
import org.popnet.platform.discovery.ServiceAddress;
import org.popnet.platform.discovery.ServiceDiscovery;
import org.popnet.platform.tree.CustomerServer;
import org.popnet.platform.tree.Domain;
import org.popnet.platform.tree.NodeName;

class RankedOriginsTest {
    private final OriginTree tree = new OriginTree();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final Queue<Runnable> lookups = new ArrayDeque<>();
    private final List<String> asked = new ArrayList<>();
    private List<String> answer = List.of();
    private long nowMs = 1_000_000;
    private final InstantSource clock = () -> Instant.ofEpochMilli(nowMs);
    private final RankedOrigins origins = new RankedOrigins(tree, new Discovery(), clock, meters, lookups::add);
    private final Domain domain = OriginTree.TREE.tree().domains().get("static.customer1.example");

    @Test
    void theTreesOrderStandsUntilANameServerHasAnswered() {
        answer = List.of("east.customer1.servers.pop.example", "west.customer1.servers.pop.example");
        assertThat(names()).containsExactly("west", "east");
        lookups.remove().run();
        assertThat(names()).containsExactly("east", "west");
        assertThat(asked).containsExactly("_origin._tcp.static.customer1.example.westusa");
        assertThat(meters.counter("popnet.origin.rankings", "source", "tree").count())
                .isOne();
        assertThat(meters.counter("popnet.origin.rankings", "source", "discovered")
                        .count())
                .isOne();
    }

    @Test
    void aNameServerThatStopsAnsweringLeavesTheTreesOrder() {
        names();
        lookups.remove().run();
        assertThat(names()).containsExactly("west", "east");
    }

    @Test
    void serversThatTheTreeDoesNotListAreNeverReturned() {
        answer = List.of(
                "evil.customer1.servers.pop.example",
                "one.customer2.servers.pop.example",
                "east.customer1.servers.other.example",
                "east.customer1.servers.pop.example");
        names();
        lookups.remove().run();
        assertThat(names()).containsExactly("east", "west");
    }

    @Test
    void nameServersAreAskedAgainOnceASecondAtMost() {
        names();
        assertThat(lookups).hasSize(1);
        lookups.remove().run();
        nowMs += 999;
        names();
        assertThat(lookups).isEmpty();
        nowMs += 1;
        names();
        names();
        assertThat(lookups).hasSize(1);
    }

    @Test
    void aFailingServerGoesLastAndComesBackByATrial() {
        CustomerServer west = origins.ranked(domain).getFirst();
        origins.failed(west, new IOException("refused"));
        origins.failed(west, new IOException("refused"));
        assertThat(names()).containsExactly("east", "west");
        assertThat(meters.get("popnet.origin.out").tag("server", "west").gauge().value())
                .isOne();

        nowMs += 5_001;
        assertThat(names()).as("one trial").containsExactly("west", "east");
        assertThat(names()).as("and no more until it has ended").containsExactly("east", "west");
        origins.succeeded(west, 1_000_000);
        assertThat(names()).containsExactly("west", "east");
    }

    @Test
    void allServersFailingLeavesAllOfThemToTry() {
        for (CustomerServer server : origins.ranked(domain)) {
            origins.failed(server, new IOException("refused"));
            origins.failed(server, new IOException("refused"));
        }
        assertThat(names()).containsExactly("west", "east");
    }

    @Test
    void aServerTenTimesSlowerGetsLessThanFifteenPerCentWithinFiveSeconds() {
        int toSlow = 0;
        int fetches = 0;
        for (int i = 0; i < 3_000; i++) { // 100 fetches a second
            nowMs += 10;
            CustomerServer first = origins.ranked(domain).getFirst();
            boolean slow = first.name().equals("west");
            origins.succeeded(first, slow ? 200_000_000 : 20_000_000);
            if (i >= 500) {
                fetches++;
                toSlow += slow ? 1 : 0;
            }
        }
        assertThat(toSlow / (double) fetches).isLessThan(0.15);
    }

    @Test
    void aServerThatBecomesSlowLosesItsFetchesWithinFiveSecondsAndGetsThemBack() {
        serve(10_000, 20, 20);
        assertThat(shareOfWest(5_000, 200, 20)).isLessThan(1);
        assertThat(shareOfWest(10_000, 200, 20)).isLessThan(0.15);
        serve(15_000, 20, 20);
        assertThat(shareOfWest(5_000, 20, 20)).as("recovered").isGreaterThan(0.8);
    }

    private void serve(long forMs, long westMs, long eastMs) {
        shareOfWest(forMs, westMs, eastMs);
    }

    private double shareOfWest(long forMs, long westMs, long eastMs) {
        int west = 0;
        int all = 0;
        for (long end = nowMs + forMs; nowMs < end; nowMs += 20, all++) {
            CustomerServer first = origins.ranked(domain).getFirst();
            boolean isWest = first.name().equals("west");
            west += isWest ? 1 : 0;
            origins.succeeded(first, (isWest ? westMs : eastMs) * 1_000_000);
        }
        return west / (double) all;
    }

    @Test
    void whatTheTreeNoLongerNamesIsForgotten() {
        CustomerServer west = origins.ranked(domain).getFirst();
        origins.failed(west, new IOException("refused"));
        assertThat(meters.find("popnet.origin.out").gauges()).isNotEmpty();
        tree.replace(OriginTree.TEXT.replace(
                "west: {address: 127.250.1.1, port: 8080}", "new: {address: 127.250.1.9, port: 8080}"));
        assertThat(meters.find("popnet.origin.out").tag("server", "west").gauges())
                .isEmpty();
        assertThat(names()).containsExactly("new", "east");
    }

    @Test
    void aDomainOfAnUnknownCustomerHasNoServers() {
        Domain gone = new Domain(
                "x.example", "nobody", domain.candidates(), domain.origin(), domain.rule(), List.of(), false, 0);
        assertThat(origins.ranked(gone)).isEmpty();
    }

    private List<String> names() {
        return origins.ranked(domain).stream().map(CustomerServer::name).toList();
    }

    private final class Discovery implements ServiceDiscovery {
        @Override
        public List<ServiceAddress> find(String serviceName) {
            asked.add(serviceName);
            return answer.stream()
                    .map(t -> new ServiceAddress(t, new InetSocketAddress("127.250.1.1", 8080), 0, 1))
                    .toList();
        }

        @Override
        public NodeName nodeOf(ServiceAddress address) {
            throw new UnsupportedOperationException();
        }
    }
}
