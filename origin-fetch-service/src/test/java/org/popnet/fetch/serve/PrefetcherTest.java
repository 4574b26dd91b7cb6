package org.popnet.fetch.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.popnet.fetch.TestOrigin;
import org.popnet.fetch.serve.PrefetchProgress.State;
import org.springframework.util.unit.DataSize;
import org.springframework.web.ErrorResponseException;

/** Lists of URLs are fetched ahead within their budgets. */
@Timeout(60)
class PrefetcherTest {
    private static final long MB = 1_000_000;

    @TempDir
    Path directory;

    private final CountDownLatch over = new CountDownLatch(1);
    private TestOrigin origin;
    private FetchNode node;
    private Prefetcher prefetcher;
    private PrefetchController controller;

    @BeforeEach
    void start() throws IOException {
        origin = new TestOrigin();
        node = new FetchNode(directory.resolve("store"), origin);
        prefetcher = new Prefetcher(
                new PrefetchSettings(2, 100, 1000, DataSize.ofMegabytes(50), 3),
                new Admission(node.tree),
                node.pipeline,
                System::nanoTime,
                node.meters);
        controller = new PrefetchController(prefetcher);
    }

    @AfterEach
    void stop() throws IOException {
        over.countDown();
        prefetcher.close();
        node.close();
        origin.close();
    }

    private static List<String> targets(int count) {
        return IntStream.range(0, count).mapToObj(i -> "/" + i).toList();
    }

    private PrefetchProgress ended(PrefetchProgress begun) {
        await().until(() -> controller.progress(begun.id()).state() != State.RUNNING);
        return controller.progress(begun.id());
    }

    @Test
    void whatIsListedIsOnDiskAfterwards() throws IOException {
        origin.answering((request, out) -> out.write(
                request.target().equals("/3")
                        ? TestOrigin.response(404, new byte[0], "Cache-Control: no-store")
                        : TestOrigin.ok("hello")));
        node.get("/0");
        node.whenStored();
        PrefetchProgress end =
                ended(controller.begin(new PrefetchOrder(FetchNode.SITE, targets(5), 1000, 50 * MB, MB)));
        assertThat(end).isEqualTo(new PrefetchProgress(end.id(), FetchNode.SITE, 5, 1, 3, 1, 15, State.DONE));
        node.whenStored();
        assertThat(node.get("/4").header("cache-status")).contains("hit");
        assertThat(origin.requests()).hasSize(5);
        assertThat(node.count("popnet.fetch.prefetch.urls", "outcome", "fetched"))
                .isEqualTo(3);
    }

    @Test
    void noMoreIsAskedForThanTheRate() {
        long start = System.nanoTime();
        ended(controller.begin(new PrefetchOrder(FetchNode.SITE, targets(20), 50, 50 * MB, MB)));
        assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(19 * 20_000_000L);
        assertThat(origin.requests()).hasSize(20);
    }

    @Test
    void bytesComeNoFasterThanTheirRate() {
        origin.answering((request, out) -> out.write(TestOrigin.ok("x".repeat(100_000))));
        long start = System.nanoTime();
        ended(controller.begin(new PrefetchOrder(FetchNode.SITE, targets(5), 1000, MB, MB)));
        assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(490_000_000L);
    }

    @Test
    void theListEndsWithItsByteBudget() {
        origin.answering((request, out) -> out.write(TestOrigin.ok("x".repeat(100_000))));
        PrefetchProgress end =
                ended(controller.begin(new PrefetchOrder(FetchNode.SITE, targets(50), 1000, 50 * MB, 250_000)));
        assertThat(end.state()).isEqualTo(State.BUDGET_SPENT);
        assertThat(end.bytes()).isEqualTo(300_000);
        assertThat(origin.requests()).hasSize(3);
    }

    @Test
    void listsThatAreTooManyOrWrongAreRefusedAndSayWhy() {
        origin.answering((request, out) -> over.await());
        PrefetchOrder right = new PrefetchOrder(FetchNode.SITE, targets(1), 1, 1000, 1000);
        controller.begin(right);
        controller.begin(right);
        assertThatThrownBy(() -> controller.begin(right))
                .isInstanceOfSatisfying(
                        ErrorResponseException.class,
                        e -> assertThat(e.getStatusCode().value()).isEqualTo(429));
        refused(new PrefetchOrder("elsewhere.example", targets(1), 1, 1000, 1000), "must be a hosted domain");
        refused(new PrefetchOrder("dynamic.customer1.example", targets(1), 1, 1000, 1000), "must be a hosted domain");
        refused(new PrefetchOrder(FetchNode.SITE, List.of(), 1, 1000, 1000), "must be 1 to 100");
        refused(new PrefetchOrder(FetchNode.SITE, targets(101), 1, 1000, 1000), "101 targets");
        for (String target : List.of("http://169.254.169.254/", "", "/a b", "/a\r\nX: y", "/é", "/#")) {
            refused(new PrefetchOrder(FetchNode.SITE, List.of(target), 1, 1000, 1000), "must be a path");
        }
        refused(new PrefetchOrder(FetchNode.SITE, Collections.singletonList(null), 1, 1000, 1000), "must be a path");
        refused(new PrefetchOrder(FetchNode.SITE, targets(1), 0, 1000, 1000), "requestsPerSecond 0.0");
        refused(new PrefetchOrder(FetchNode.SITE, targets(1), Double.NaN, 1000, 1000), "requestsPerSecond NaN");
        refused(new PrefetchOrder(FetchNode.SITE, targets(1), 1001, 1000, 1000), "at most 1000");
        refused(new PrefetchOrder(FetchNode.SITE, targets(1), 1, -1, 1000), "bytesPerSecond");
        refused(new PrefetchOrder(FetchNode.SITE, targets(1), 1, 1000, 0), "bytesMax");
        assertThatThrownBy(() -> controller.progress("77")).hasMessageContaining("404");
    }

    private void refused(PrefetchOrder order, String why) {
        assertThatThrownBy(() -> controller.begin(order)).isInstanceOfSatisfying(ErrorResponseException.class, e -> {
            assertThat(e.getStatusCode().value()).isEqualTo(422);
            assertThat(e.getBody().getDetail()).contains(why);
        });
    }
}
