package org.popnet.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.luben.zstd.ZstdInputStream;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.popnet.platform.datagram.UdpDatagramPort;
import org.popnet.platform.spool.TestSender;
import org.popnet.platform.tree.NodeName;

/** Two log servers as processes with one PostgreSQL: the primary is killed under load, its deputy takes over, it returns. */
@Tag("process")
class DeputyTakesOverTest {
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    @TempDir
    Path directory;

    private final long now = System.currentTimeMillis();
    private final Accesses accesses = new Accesses(now);

    @Test
    void nothingIsLostOrDoubledWhenThePrimaryIsKilledItsDeputyTakesOverAndItReturns() throws Exception {
        UdpNodes nodes = new UdpNodes(directory, 3);
        String url = TestDatabase.create();
        List<NodeName> servers = List.of(UdpNodes.PRIMARY, UdpNodes.DEPUTY);
        try (Server deputy = new Server(nodes, url, UdpNodes.DEPUTY);
                Server primary = new Server(nodes, url, UdpNodes.PRIMARY);
                UdpDatagramPort port1 = nodes.port(nodes.tree(UdpNodes.EDGE1), new SimpleMeterRegistry());
                UdpDatagramPort port2 = nodes.port(nodes.tree(UdpNodes.EDGE2), new SimpleMeterRegistry());
                TestSender edge1 =
                        new TestSender(directory.resolve("spool1"), port1, servers, Duration.ofSeconds(2), 1);
                TestSender edge2 =
                        new TestSender(directory.resolve("spool2"), port2, servers, Duration.ofSeconds(2), 2)) {
            List<TestSender> edges = List.of(edge1, edge2);
            deputy.awaitHealthy();
            primary.awaitHealthy();
            accesses.append(edges, 3000);
            await().atMost(PATIENCE).until(() -> primary.metric("popnet_log_records_total") > 1000);
            assertThat(deputy.metric("popnet_log_records_total")).isZero();

            accesses.append(edges, 20_000); // so that much is under way when it dies
            primary.kill();
            accesses.append(edges, 3000);
            counted(deputy);
            await().atMost(PATIENCE).until(() -> edges.stream().allMatch(TestSender::isEmpty));
            counted(deputy);
            assertThat(deputy.metric("popnet_log_records_total")).isPositive();

            try (Server returned = new Server(nodes, url, UdpNodes.PRIMARY)) {
                returned.awaitHealthy();
                // Senders ask it again when they have avoided it long enough.
                await().atMost(PATIENCE).pollInterval(Duration.ofMillis(500)).until(() -> {
                    accesses.append(edges, 100);
                    return returned.metric("popnet_log_records_total") > 0;
                });
                accesses.append(edges, 3000);
                counted(returned);
                await().atMost(PATIENCE).until(() -> edges.stream().allMatch(TestSender::isEmpty));
                counted(returned);
                counted(deputy);
            }
            // Each line stands in the raw logs of one of the two: what the killed one had not committed is cut off.
            List<String> lines = new ArrayList<>(rawUrls(nodes.state(UdpNodes.PRIMARY)));
            assertThat(lines).isNotEmpty();
            lines.addAll(rawUrls(nodes.state(UdpNodes.DEPUTY)));
            Set<String> distinct = new HashSet<>(lines);
            assertThat(distinct).hasSize(accesses.count());
            assertThat(lines).hasSize(accesses.count());
        }
    }

    private void counted(Server server) {
        String summary = "/traffic/summary?customer=customer1&from="
                + Instant.ofEpochMilli(now).minusSeconds(86_400) + "&to="
                + Instant.ofEpochMilli(now).plusSeconds(86_400);
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(server.get(summary).body())
                        .contains("\"requests\":" + accesses.count() + ",")
                        .contains("\"bytesOut\":" + accesses.bytes() + ","));
    }

    private static List<String> rawUrls(Path state) throws IOException {
        List<String> urls = new ArrayList<>();
        try (var files = Files.walk(state.resolve("raw"))) {
            for (Path file : files.filter(f -> f.toString().endsWith(".zst")).toList()) {
                try (ZstdInputStream in = new ZstdInputStream(Files.newInputStream(file))) {
                    String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
                    text.lines()
                            .map(line -> line.replaceAll(".*\"url\":\"([^\"]*)\".*", "$1"))
                            .forEach(urls::add);
                }
            }
        }
        return urls;
    }

    /** A process, and questions to it. */
    private static final class Server implements AutoCloseable {
        private final HttpClient http = HttpClient.newHttpClient();
        private final Process process;
        private final int httpPort;

        Server(UdpNodes nodes, String url, NodeName node) throws IOException {
            Path tree = nodes.state(node).resolve("network.yml");
            Files.writeString(tree, nodes.tree(node).get().text());
            process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "--enable-native-access=ALL-UNNAMED",
                            "-XX:+UseSerialGC",
                            "-XX:TieredStopAtLevel=1",
                            "-Xmx256m",
                            "-cp",
                            System.getProperty("java.class.path"),
                            LogServiceProcess.class.getName(),
                            url,
                            nodes.state(node).toString(),
                            tree.toString(),
                            node.toString())
                    .redirectErrorStream(true)
                    .start();
            httpPort = port(process.inputReader(StandardCharsets.UTF_8));
        }

        private static int port(BufferedReader said) throws IOException {
            StringBuilder all = new StringBuilder();
            for (String line = said.readLine(); line != null; line = said.readLine()) {
                if (line.startsWith("port ")) {
                    Thread.ofPlatform().daemon().start(() -> said.lines().forEach(rest -> {}));
                    return Integer.parseInt(line.substring("port ".length()));
                }
                all.append(line).append('\n');
            }
            throw new IOException("the log server did not start:\n" + all);
        }

        HttpResponse<String> get(String path) {
            try {
                return http.send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + httpPort + path))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
            } catch (Exception e) {
                throw new AssertionError(path, e);
            }
        }

        double metric(String name) {
            return get("/actuator/prometheus")
                    .body()
                    .lines()
                    .filter(line -> line.startsWith(name))
                    .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                    .sum();
        }

        void awaitHealthy() {
            await().atMost(PATIENCE).until(() -> get("/actuator/health").statusCode() == 200);
        }

        void kill() throws InterruptedException {
            process.toHandle().destroyForcibly();
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        }

        @Override
        public void close() throws Exception {
            kill();
        }
    }
}
