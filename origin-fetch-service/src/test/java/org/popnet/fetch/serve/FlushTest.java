package org.popnet.fetch.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.popnet.fetch.RawClient.Response;
import org.popnet.fetch.TestOrigin;
import org.popnet.platform.flush.FlushOrder;

/** What is flushed is gone, that which is just being fetched too. */
@Timeout(60)
class FlushTest extends OneOrigin {
    private final ExecutorService edges = Executors.newVirtualThreadPerTaskExecutor();

    @AfterEach
    void stop() {
        edges.shutdownNow();
    }

    @Test
    void aFillBegunBeforeAFlushIsNotStoredAfterIt() throws Exception {
        CountDownLatch flushed = new CountDownLatch(1);
        origin.answering((request, out) -> {
            out.write(TestOrigin.head(200, 5, "ETag: \"old\""));
            out.write("ol".getBytes(StandardCharsets.US_ASCII));
            out.flush();
            flushed.await();
            out.write("old".getBytes(StandardCharsets.US_ASCII));
        });
        Future<Response> before = edges.submit(() -> node.get("/a"));
        await().until(() -> node.count("popnet.fetch.requests", "result", "MISS") == 1);
        assertThat(node.flush(FlushOrder.Kind.URL, "/a")).isZero();

        origin.answering((request, out) -> out.write(TestOrigin.ok("new")));
        assertThat(node.get("/a").text()).as("does not join the old fill").isEqualTo("new");
        flushed.countDown();
        assertThat(before.get().text()).as("who asked before is answered").isEqualTo("olold");
        await().until(() -> node.count("popnet.fetch.fills", "outcome", "unstored") == 1);
        assertThat(node.get("/a").text()).isEqualTo("new");
        assertThat(origin.requests()).hasSize(2);
    }

    @Test
    void aRequestThatAwaitsItsHeadDuringAFlushIsNotStoredEither() throws Exception {
        CountDownLatch flushed = new CountDownLatch(1);
        origin.answering((request, out) -> {
            flushed.await();
            out.write(TestOrigin.ok("old"));
        });
        Future<Response> before = edges.submit(() -> node.get("/a"));
        await().until(() -> origin.requests().size() == 1);
        node.flush(FlushOrder.Kind.TAG, "anything");
        flushed.countDown();
        assertThat(before.get().text()).isEqualTo("old");
        await().until(() -> node.count("popnet.fetch.fills", "outcome", "unstored") == 1);
        origin.answering((request, out) -> out.write(TestOrigin.ok("new")));
        assertThat(node.get("/a").text()).isEqualTo("new");
    }

    @Test
    void flushesSelectByUrlPrefixWildcardTagAndSite() throws Exception {
        origin.answering((request, out) -> out.write(TestOrigin.ok(
                "x", request.target().startsWith("/img") ? "Surrogate-Key: images  all" : "Surrogate-Key: all")));
        String[] targets = {"/img/1.png", "/img/2.png", "/doc/1.html", "/doc/2.html?x=1", "/"};
        long[] expected = new long[5];
        FlushOrder.Kind[] kinds = FlushOrder.Kind.values();
        String[] values = {"/doc/2.html?x=1", "/doc/", "/*.png", "images", ""};
        expected[0] = 1;
        expected[1] = 2;
        expected[2] = 2;
        expected[3] = 2;
        expected[4] = 5;
        for (int i = 0; i < kinds.length; i++) {
            for (String target : targets) {
                node.get(target);
            }
            node.whenStored();
            assertThat(node.flush(kinds[i], values[i])).as(kinds[i].name()).isEqualTo(expected[i]);
        }
        assertThat(node.disk.bytes()).isZero();
    }
}
