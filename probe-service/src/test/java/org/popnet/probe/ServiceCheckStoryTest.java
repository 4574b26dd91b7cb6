package org.popnet.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.popnet.platform.message.Message.ServerLoad;
import org.popnet.platform.message.Message.ServiceResult;
import org.popnet.platform.message.Message.WatchRequest;
import org.popnet.platform.message.TargetId;
import org.popnet.platform.spool.EventRecord;
import org.popnet.probe.check.RawServer;

/** What name servers and log servers hear of the servers that a probe checks. */
class ServiceCheckStoryTest {
    private final StoryProbe probe = new StoryProbe();

    @AfterEach
    void stop() {
        probe.close();
    }

    @Test
    void serverThatFailsIsReportedTwiceAtOnceAndToEveryNameServer() {
        try (RawServer server = RawServer.answering("HTTP/1.1 200 OK\r\n\r\nok")) {
            TestTree tree = new TestTree("probe.a", StoryProbe.tree(server.address(), 9));
            probe.startChecks(tree);
            await().untilAsserted(() -> assertThat(StoryProbe.services(tree)).anyMatch(ServiceResult::up));
            assertThat(tree.sent())
                    .extracting(sent -> sent.receiver().toString())
                    .contains("dns.a", "dns2.a");

            server.behave((connection, head) -> connection
                    .getOutputStream()
                    .write("HTTP/1.1 500 Broken\r\n\r\n".getBytes(StandardCharsets.US_ASCII)));

            await().untilAsserted(() ->
                    assertThat(StoryProbe.services(tree).filter(r -> !r.up())).hasSizeGreaterThan(2));
            ServiceResult failed =
                    StoryProbe.services(tree).filter(r -> !r.up()).findFirst().orElseThrow();
            assertThat(failed.target().text()).isEqualTo("server:c/west/www.c.example");
            assertThat(failed.reason()).isEqualTo("status 500 instead of 200");
            assertThat(failed.wallClockMs()).isEqualTo(StoryProbe.WALL.toEpochMilli());
            assertThat(failed.ageMs()).isBetween(0L, 5000L);
            assertThat(probe.events).singleElement().satisfies(event -> {
                assertThat(event.kind()).isEqualTo("check-failed");
                assertThat(event.subject()).isEqualTo("server:c/west/www.c.example");
                assertThat(event.reason()).isEqualTo("status 500 instead of 200");
            });
        }
    }

    @Test
    void serverIsCheckedAtBothOfItsAddressesAndEachIsReportedByItself() {
        assumeTrue(hasIpv6(), "this machine has no IPv6");
        String good = "HTTP/1.1 200 OK\r\n\r\nok";
        try (RawServer second = RawServer.answeringAt(new InetSocketAddress(InetAddress.ofLiteral("::1"), 0), good);
                RawServer first = RawServer.answeringAt(
                        new InetSocketAddress(StoryProbe.OWN, second.address().getPort()), good)) {
            String text = StoryProbe.tree(first.address(), 9);
            TestTree tree = new TestTree("probe.a", text);
            probe.startChecks(tree);
            await().untilAsserted(() -> assertThat(StoryProbe.services(tree)).hasSizeGreaterThan(3));
            assertThat(StoryProbe.services(tree)).as("it has one address").noneMatch(result -> result.target()
                    .isOverIpv6());

            tree.activate(
                    text.replace("west: {address: 127.250.8.4,", "west: {address: 127.250.8.4, address6: \"::1\",")
                            .replace("127.250.8.4}", "127.250.8.4, address6: \"::1\"}"));
            await().untilAsserted(() -> assertThat(StoryProbe.services(tree))
                    .anyMatch(result -> result.target().isOverIpv6() && result.up()));
            second.close();
            await().untilAsserted(() -> assertThat(StoryProbe.services(tree)
                            .filter(result -> !result.up())
                            .count())
                    .isGreaterThan(2));
            assertThat(StoryProbe.services(tree).filter(result -> !result.up())).allSatisfy(result -> {
                assertThat(result.target().text()).isEqualTo("server:c/west/www.c.example+ipv6");
                assertThat(result.reason()).contains("refused");
            });
            int before = tree.sent().size();
            await().untilAsserted(() -> assertThat(
                            tree.sent().stream().skip(before).flatMap(sent -> sent.report().services().stream()))
                    .anyMatch(result -> result.up() && !result.target().isOverIpv6()));
            assertThat(probe.events).singleElement().satisfies(event -> {
                assertThat(event.kind()).isEqualTo("check-failed");
                assertThat(event.subject()).isEqualTo("server:c/west/www.c.example+ipv6");
            });
        }
    }

    @Test
    void logServersHearOfEveryChangeOfATargetsStateOnce() {
        try (RawServer server = RawServer.answering("HTTP/1.1 200 OK\r\n\r\nok")) {
            TestTree tree = new TestTree("probe.a", StoryProbe.tree(server.address(), 9));
            probe.startChecks(tree);
            await().untilAsserted(() -> assertThat(StoryProbe.services(tree)).anyMatch(ServiceResult::up));
            assertThat(probe.events).as("up from the beginning is no change").isEmpty();

            seen(tree, server, "HTTP/1.1 500 Broken\r\n\r\n", "status 500");
            seen(tree, server, "HTTP/1.1 200 OK\r\n\r\nno", "contain");
            server.behave(answer("HTTP/1.1 200 OK\r\n\r\nok"));

            await().untilAsserted(() -> assertThat(probe.events)
                    .extracting(EventRecord::kind, EventRecord::detail)
                    .containsExactly(
                            tuple("check-failed", "status"),
                            tuple("check-failed", "text"),
                            tuple("check-passed", null)));
            assertThat(probe.events.getLast().reason()).isEqualTo("all checks pass");
            int told = tree.sent().size();
            await().untilAsserted(() -> assertThat(tree.sent()).hasSizeGreaterThan(told + 6));
            assertThat(probe.events).as("nothing changes, nothing is told").hasSize(3);
        }
    }

    @Test
    void newTreeIsFollowedWithoutRestart() {
        try (RawServer first = RawServer.answering("HTTP/1.1 200 OK\r\n\r\nok");
                RawServer second = RawServer.answering("HTTP/1.1 200 OK\r\n\r\nok")) {
            TestTree tree = new TestTree("probe.a", StoryProbe.tree(first.address(), 9));
            probe.startChecks(tree);
            await().untilAsserted(() -> assertThat(first.heads()).isNotEmpty());

            tree.activate(StoryProbe.tree(second.address(), 9));

            await().untilAsserted(() -> assertThat(second.heads()).hasSizeGreaterThan(1));
            int before = first.heads().size();
            await().untilAsserted(() -> assertThat(second.heads()).hasSizeGreaterThan(4));
            assertThat(first.heads().size()).isLessThanOrEqualTo(before + 1);
        }
    }

    @Test
    void targetOfOthersIsWatchedForAWhileWhenANameServerAsks() {
        try (RawServer server = RawServer.answering("HTTP/1.1 200 OK\r\n\r\nok")) {
            TestTree tree = StoryProbe.noVantagePoint(server.address());
            probe.startChecks(tree);
            assertThat(probe.watched()).isZero();

            tree.request(new WatchRequest(List.of(new TargetId("server:c/west/www.c.example")), 1));

            await().untilAsserted(() -> assertThat(StoryProbe.services(tree)).anyMatch(ServiceResult::up));
            await().untilAsserted(() -> assertThat(probe.watched()).isZero());
        }
    }

    @Test
    void customersServerTellsItsLoad() {
        try (RawServer server =
                RawServer.answering("HTTP/1.1 200 OK\r\n\r\n{\"cpu\": 0.25, \"requests-per-second\": 40}")) {
            TestTree tree = new TestTree(
                    "probe.a",
                    StoryProbe.tree(server.address(), 9)
                            .replace(
                                    "port: " + server.address().getPort() + "}",
                                    "port: " + server.address().getPort() + ", load-url: /load.json}"));
            probe.startLoadPolls(tree);

            await().untilAsserted(() -> assertThat(tree.sent()).anySatisfy(sent -> {
                ServerLoad load = sent.report().loads().getFirst();
                assertThat(load.server()).isEqualTo("c/west");
                assertThat(load.share()).isEqualTo(0.25);
                assertThat(load.requestsPerSecond()).isEqualTo(40);
            }));
            assertThat(server.heads().getFirst()).startsWith("GET /load.json HTTP/1.1");
        }
    }

    private static boolean hasIpv6() {
        try (ServerSocket any = new ServerSocket(0, 1, InetAddress.ofLiteral("::1"))) {
            return any.isBound();
        } catch (IOException e) {
            return false;
        }
    }

    /** Waits until the server's new behaviour was reported twice. */
    private static void seen(TestTree tree, RawServer server, String response, String reason) {
        server.behave(answer(response));
        await().untilAsserted(() -> assertThat(StoryProbe.services(tree)
                        .filter(r -> r.reason() != null && r.reason().contains(reason)))
                .hasSizeGreaterThan(2));
    }

    private static RawServer.Script answer(String response) {
        return (connection, head) -> connection.getOutputStream().write(response.getBytes(StandardCharsets.US_ASCII));
    }
}
