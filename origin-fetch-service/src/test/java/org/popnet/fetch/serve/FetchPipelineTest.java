package org.popnet.fetch.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.popnet.fetch.RawClient;
import org.popnet.fetch.RawClient.Response;
import org.popnet.fetch.TestOrigin;

/** What an edge gets, and what the customer's servers are asked, by the rules of HTTP caching. */
class FetchPipelineTest extends TwoOrigins {
    @Test
    void theFirstRequestIsFetchedAndTheSecondAnsweredFromDisk() throws IOException {
        origin.answering((request, out) -> out.write(TestOrigin.ok("hello", "ETag: \"a\"", "X-Own: 1")));

        Response miss = node.get("/a?b=c");
        assertThat(miss.status()).isEqualTo(200);
        assertThat(miss.text()).isEqualTo("hello");
        assertThat(miss.header("cache-status")).isEqualTo("fetch1.test; fwd=uri-miss; fwd-status=200; stored");
        assertThat(miss.header("age")).isNull();

        node.nowMs.addAndGet(7_000);
        Response hit = node.get("/a?b=c");
        assertThat(hit.text()).isEqualTo("hello");
        assertThat(hit.header("cache-status")).isEqualTo("fetch1.test; hit; ttl=53");
        assertThat(hit.header("age")).isEqualTo("7");
        assertThat(hit.header("etag")).isEqualTo("\"a\"");
        assertThat(hit.header("x-own")).isEqualTo("1");
        assertThat(hit.header("via")).isEqualTo("1.1 fetch1.test");
        assertThat(hit.header("content-length")).isEqualTo("5");
        assertThat(origin.requests()).hasSize(1);
        assertThat(node.count("popnet.fetch.requests", "result", "HIT")).isOne();
        assertThat(node.count("popnet.fetch.requests", "result", "MISS")).isOne();
        await().until(() -> node.count("popnet.fetch.bytes.out", "result", "HIT") == 5); // counted behind the last byte
        await().until(() -> node.count("popnet.fetch.bytes.out", "result", "MISS") == 5);
        assertThat(node.count("popnet.fetch.bytes.out")).isEqualTo(10);
    }

    @Test
    void whoeverComesJustAsItIsStoredFindsItThere() throws Exception {
        origin.answering((request, out) -> out.write(TestOrigin.ok("hello")));
        int urls = 20;
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int url = 0; url < urls; url++) {
                String path = "/" + url;
                List<Callable<String>> together = Collections.nCopies(
                        4, () -> node.get(path).text() + node.get(path).text());
                for (Future<String> answers : clients.invokeAll(together)) {
                    assertThat(answers.get()).isEqualTo("hellohello");
                }
            }
        }
        assertThat(origin.requests()).hasSize(urls);
    }

    @Test
    void theServerIsAskedForTheDomainsOriginHostWithTracesAndWithoutUnkeyedFields() throws IOException {
        try (RawClient edge = node.connect()) {
            edge.send("GET /x%2Fy?q=%zz|1 HTTP/1.1\r\nHost: STATIC.customer1.example:8081\r\nVia: 1.1 edge1.test\r\n"
                    + "CDN-Loop: edge1.test.pop.example\r\nX-Forwarded-Host: evil\r\nX-Original-URL: /admin\r\n"
                    + "Connection: close, X-Hop\r\nX-Hop: 1\r\nRange: bytes=0-1\r\nIf-None-Match: \"z\"\r\n\r\n");
            edge.body(edge.head(), false);
        }
        TestOrigin.Request asked = origin.requests().getFirst();
        assertThat(asked.target()).isEqualTo("/x%2Fy?q=%zz|1");
        assertThat(asked.header("host")).isEqualTo("www.customer1.example");
        assertThat(asked.header("via")).isEqualTo("1.1 edge1.test, 1.1 fetch1.test");
        assertThat(asked.header("cdn-loop")).isEqualTo("edge1.test.pop.example, fetch1.test.pop.example");
        assertThat(asked.headers())
                .doesNotContainKeys("x-forwarded-host", "x-original-url", "x-hop", "range", "if-none-match");
    }

    @Test
    void aServerThatClosesInsteadOfAnsweringIsNamedAsBroken() throws IOException {
        origin.answering((request, out) -> {
            throw new IOException("closed");
        });
        second.close();
        assertThat(node.get("/a").status()).isEqualTo(502);
        assertThat(node.logged)
                .anySatisfy(line -> assertThat(line).contains("broken").doesNotContain("NullPointer"));
    }

    @Test
    void variantsAreKeptApart() throws IOException {
        origin.answering((request, out) ->
                out.write(TestOrigin.ok("for " + request.header("accept-language"), "Vary: Accept-Language")));
        assertThat(node.get("/a", "Accept-Language: de").text()).isEqualTo("for de");
        assertThat(node.get("/a", "Accept-Language: fr").text()).isEqualTo("for fr");
        assertThat(node.get("/a", "Accept-Language: de").text()).isEqualTo("for de");
        assertThat(node.get("/a", "Accept-Language: fr").text()).isEqualTo("for fr");
        assertThat(origin.requests()).hasSize(2);
        assertThat(node.get("/a").header("cache-status")).startsWith("fetch1.test; fwd=vary-miss");
    }

    @Test
    void whatIsNotForAllPassesThroughUnstored() throws IOException {
        for (String field :
                new String[] {"Cache-Control: private", "Cache-Control: no-store", "Set-Cookie: a=b", "Vary: *"}) {
            origin.requests().clear();
            origin.answering((request, out) -> out.write(TestOrigin.ok("mine", field)));
            String target = "/" + field.replace(" ", "").replace(":", "").replace("*", "any");
            assertThat(node.get(target).text()).isEqualTo("mine");
            Response again = node.get(target);
            assertThat(again.text()).isEqualTo("mine");
            assertThat(again.header("cache-status")).isEqualTo("fetch1.test; fwd=uri-miss; fwd-status=200");
            assertThat(origin.requests()).as(field).hasSize(2);
        }
    }

    @Test
    void aUrlThatBecomesSharableIsStoredAgain() throws IOException {
        origin.answering((request, out) -> out.write(TestOrigin.ok("mine", "Cache-Control: private")));
        node.get("/a");
        origin.answering((request, out) -> out.write(TestOrigin.ok("ours")));
        node.get("/a"); // passed through as the one before, which shows that it may be stored
        node.get("/a");
        assertThat(node.get("/a").header("cache-status")).startsWith("fetch1.test; hit");
        assertThat(origin.requests()).hasSize(3);
    }

    @Test
    void conditionsAreAnsweredFromDiskAndOnAMiss() throws IOException {
        origin.answering(
                (request, out) -> out.write(TestOrigin.ok("hello", "ETag: \"a\"", "Content-Type: text/x; q=\"1\"")));
        Response miss = node.get("/a", "If-None-Match: \"a\"");
        assertThat(miss.status()).isEqualTo(304);
        assertThat(miss.header("etag")).isEqualTo("\"a\"");
        assertThat(miss.header("content-type")).isEqualTo("text/x; q=\"1\"");
        assertThat(origin.requests().getFirst().header("if-none-match")).isNull();
        assertThat(node.get("/a").text()).isEqualTo("hello");
        Response hit = node.get("/a", "If-None-Match: \"a\"");
        assertThat(hit.status()).isEqualTo(304);
        assertThat(hit.header("content-type")).isEqualTo("text/x; q=\"1\"");
        assertThat(node.get("/a", "If-Match: \"b\"").status()).isEqualTo(412);
        assertThat(origin.requests()).hasSize(1);
    }

    @Test
    void redirectsAreHandedOnAndNeverFollowed() throws IOException {
        origin.answering((request, out) -> out.write(TestOrigin.response(
                302, new byte[0], "Location: http://169.254.169.254/latest/meta-data/", "Cache-Control: max-age=60")));
        Response redirect = node.get("/a");
        assertThat(redirect.status()).isEqualTo(302);
        assertThat(redirect.header("location")).isEqualTo("http://169.254.169.254/latest/meta-data/");
        assertThat(origin.requests()).hasSize(1);
        assertThat(second.requests()).isEmpty();
    }

    @Test
    void aFailingServerIsReplacedByTheNextBest() throws IOException {
        origin.answering((request, out) -> TestOrigin.reset(request));
        second.answering((request, out) -> out.write(TestOrigin.ok("second")));
        assertThat(node.get("/a").text()).isEqualTo("second");
        origin.answering((request, out) -> out.write(TestOrigin.response(503, new byte[0])));
        assertThat(node.get("/b").text()).isEqualTo("second");
        origin.close();
        assertThat(node.get("/c").text()).isEqualTo("second");
        assertThat(node.outcomes).containsExactly("s0 failed", "s1 ok", "s0 failed", "s1 ok", "s0 failed", "s1 ok");
        assertThat(node.count("popnet.fetch.origin.retries")).isEqualTo(3);
    }

    @Test
    void noServerAnswersSaysSo() throws IOException {
        origin.close();
        second.close();
        Response failed = node.get("/a");
        assertThat(failed.status()).isEqualTo(502);
        assertThat(failed.header("cache-control")).isEqualTo("no-store");
        assertThat(failed.header("cache-status")).isEqualTo("fetch1.test; fwd=uri-miss; detail=connect-failed");
    }

    @Test
    void whatWasStoredBeforeTheStartIsNotUsedUntilMissedFlushesAreKnown() throws IOException {
        origin.answering((request, out) ->
                out.write(TestOrigin.ok("v" + origin.requests().size())));
        node.get("/a");
        node.get("/b");
        node.whenStored();
        node.close();
        node = new FetchNode(directory.resolve("store"), origin, second);
        node.inTurn = true;
        node.flushesLearnt = false;

        Response bypassed = node.get("/a");
        assertThat(bypassed.text()).isEqualTo("v3");
        assertThat(bypassed.header("cache-status")).startsWith("fetch1.test; fwd=bypass");
        node.whenStored();
        assertThat(node.get("/a").header("cache-status")).as("stored since").contains("hit");
        node.flushesLearnt = true;
        assertThat(node.get("/b").text()).isEqualTo("v2");
    }

    @Test
    void aStoreThatCannotBeWrittenPassesResponsesThrough() throws IOException {
        Files.delete(directory.resolve("store/partial"));
        assertThat(node.get("/a").text()).isEqualTo("hello");
        assertThat(node.get("/a").text()).isEqualTo("hello");
        assertThat(origin.requests()).hasSize(2);
        assertThat(node.count("popnet.fetch.store.refused", "reason", "disk-error"))
                .isEqualTo(2);
    }

    @Test
    void whatAnEdgeKnowsToBeFlushedIsNotItsAnswer() throws IOException {
        origin.answering((request, out) ->
                out.write(TestOrigin.ok("v" + origin.requests().size())));
        assertThat(node.get("/a").text()).isEqualTo("v1");
        assertThat(node.get("/a", "Popnet-Watermark: 0").text()).isEqualTo("v1");
        assertThat(node.get("/a", "Popnet-Watermark: 3").text()).as("caught up").isEqualTo("v2");
        assertThat(node.get("/a", "Popnet-Watermark: 3").text()).isEqualTo("v2");

        node.reachable = 3;
        Response bypassed = node.get("/a", "Popnet-Watermark: 4");
        assertThat(bypassed.text()).isEqualTo("v3");
        assertThat(bypassed.header("cache-status")).isEqualTo("fetch1.test; fwd=bypass; fwd-status=200");
        assertThat(origin.requests().getLast().headers()).doesNotContainKey("popnet-watermark");
        assertThat(node.get("/a").text()).as("stored before, not by the bypass").isEqualTo("v2");
    }
}
