package org.popnet.fetch.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.popnet.fetch.RawClient.Response;
import org.popnet.fetch.TestOrigin;

/** A disk that is really full: a small tmpfs, which only root can mount. */
@Timeout(120)
class DiskFullTest {
    @TempDir
    Path directory;

    private TestOrigin origin;
    private FetchNode node;
    private Path mounted;

    @BeforeEach
    void start() throws IOException {
        origin = new TestOrigin();
    }

    private void mount(String options) throws IOException {
        Path disk = Files.createDirectories(directory.resolve("disk"));
        boolean works = run("mount", "-t", "tmpfs", "-o", options, "popnet-test", disk.toString());
        boolean required = String.valueOf(System.getenv("POPNET_REQUIRE")).contains("root");
        assumeTrue(works || required, "mounting a tmpfs needs root");
        assertThat(works).as("POPNET_REQUIRE=root, but no tmpfs can be mounted").isTrue();
        mounted = disk;
        node = new FetchNode(disk.resolve("store"), FetchNode.store("256MB"), FetchNode.patientOrigin(), origin);
    }

    @AfterEach
    void stop() throws IOException {
        if (node != null) {
            node.close();
        }
        origin.close();
        if (mounted != null) {
            run("umount", "-l", mounted.toString());
        }
    }

    @Test
    void aBodyThatCannotFitIsNotEvenBegun() throws IOException {
        mount("size=4m,mode=700");
        byte[] body = random(8_000_000);
        origin.answering((request, out) -> out.write(TestOrigin.response(200, body)));
        assertThat(node.get("/a").body()).isEqualTo(body);
        assertThat(node.count("popnet.fetch.store.refused", "reason", "disk-full"))
                .isOne();
    }

    @Test
    void aDiskThatFillsUpInTheMiddlePassesTheRestToAllWhoRead() throws Exception {
        mount("size=4m,mode=700");
        byte[] body = random(20_000_000);
        CountDownLatch joined = new CountDownLatch(1);
        origin.answering((request, out) -> {
            out.write(TestOrigin.head(200, -1, "Connection: close"));
            out.write(body, 0, 1_000_000);
            out.flush();
            joined.await();
            out.write(body, 1_000_000, body.length - 1_000_000);
            out.flush();
            request.socket().shutdownOutput();
        });
        try (ExecutorService edges = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Response>> responses = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                responses.add(edges.submit(() -> node.get("/a")));
            }
            await().until(() -> node.count("popnet.fetch.requests", "result", "COLLAPSED") == 4);
            joined.countDown();
            for (Future<Response> response : responses) {
                assertThat(response.get().whole()).isTrue();
                assertThat(response.get().body()).isEqualTo(body);
            }
        }
        assertThat(node.count("popnet.fetch.store.refused", "reason", "disk-error"))
                .isOne();
        assertThat(node.disk.bytes()).isZero();
        origin.answering((request, out) -> out.write(TestOrigin.ok("small")));
        assertThat(node.get("/b").text()).isEqualTo("small");
        await().until(() -> node.get("/b").header("cache-status").startsWith("fetch1.test; hit"));
    }

    @Test
    void withoutInodesResponsesPassThrough() throws Exception {
        mount("size=64m,nr_inodes=300,mode=700");
        origin.answering((request, out) -> out.write(TestOrigin.ok("for " + request.target())));
        for (int i = 0; i < 100; i++) {
            assertThat(node.get("/" + i).text()).isEqualTo("for /" + i);
        }
        assertThat(node.count("popnet.fetch.store.refused", "reason", "disk-error"))
                .isPositive();
    }

    private static boolean run(String... command) throws IOException {
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(42).nextBytes(bytes);
        return bytes;
    }
}
