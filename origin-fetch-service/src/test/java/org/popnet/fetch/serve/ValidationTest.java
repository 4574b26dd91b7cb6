package org.popnet.fetch.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.popnet.fetch.RawClient.Response;
import org.popnet.fetch.TestOrigin;

/** What is stale is confirmed, replaced, forgotten, or served for want of anything better. */
class ValidationTest extends TwoOrigins {
    @Test
    void staleObjectIsConfirmedAndItsFieldsUpdated() throws IOException {
        origin.answering((request, out) -> out.write(
                request.header("if-none-match") == null
                        ? TestOrigin.ok("hello", "ETag: \"a\"", "X-Version: 1")
                        : TestOrigin.head(304, -1, "ETag: \"a\"", "X-Version: 2")));
        node.get("/a");
        node.whenStored();
        node.nowMs.addAndGet(61_000);

        Response confirmed = node.get("/a");
        assertThat(confirmed.status()).isEqualTo(200);
        assertThat(confirmed.text()).isEqualTo("hello");
        assertThat(confirmed.header("x-version")).isEqualTo("2");
        assertThat(confirmed.header("cache-status")).isEqualTo("fetch1.test; fwd=stale; fwd-status=304");
        assertThat(origin.requests().get(1).header("if-none-match")).isEqualTo("\"a\"");

        Response hit = node.get("/a");
        assertThat(hit.header("x-version")).isEqualTo("2");
        assertThat(hit.header("cache-status")).isEqualTo("fetch1.test; hit; ttl=60");
        assertThat(origin.requests()).hasSize(2);
    }

    @Test
    void staleObjectIsReplacedByANewOne() throws IOException {
        origin.answering((request, out) ->
                out.write(TestOrigin.ok("v" + origin.requests().size(), "ETag: \"a\"")));
        node.get("/a");
        node.whenStored();
        node.nowMs.addAndGet(61_000);
        assertThat(node.get("/a").text()).isEqualTo("v2");
        assertThat(node.get("/a").text()).isEqualTo("v2");
        assertThat(node.disk.bytes()).as("the old file is gone").isEqualTo(4096);
    }

    @Test
    void staleObjectIsServedWhileAllOriginsAreDown() throws IOException {
        origin.answering(
                (request, out) -> out.write(TestOrigin.ok("hello", "Cache-Control: max-age=60, stale-if-error=600")));
        node.get("/a");
        node.whenStored();
        node.nowMs.addAndGet(65_000);
        origin.close();
        second.answering((request, out) -> out.write(TestOrigin.response(503, new byte[0])));
        Response stale = node.get("/a");
        assertThat(stale.text()).isEqualTo("hello");
        assertThat(stale.header("cache-status")).isEqualTo("fetch1.test; hit; ttl=-5");
        assertThat(stale.header("age")).isEqualTo("65");
        node.nowMs.addAndGet(600_000);
        assertThat(node.get("/a").status()).isEqualTo(503);
    }

    @Test
    void rfc9111Section4_2_4_whileNoServerCanBeReachedWhatIsStaleIsServedForSomeTime() throws IOException {
        origin.answering((request, out) -> out.write(TestOrigin.ok("hello", "Cache-Control: max-age=60")));
        second.close();
        node.get("/a");
        node.whenStored();
        node.nowMs.addAndGet(65_000);
        origin.close();
        Response stale = node.get("/a");
        assertThat(stale.text()).isEqualTo("hello");
        assertThat(stale.header("cache-status")).isEqualTo("fetch1.test; hit; ttl=-5");
        node.nowMs.addAndGet(600_000);
        assertThat(node.get("/a").status()).isEqualTo(502);
    }

    @Test
    void rfc9110Section15_4_5_whatConfirmsAnEdgesCopyTellsAllFieldsThatHaveChanged() throws IOException {
        origin.answering((request, out) -> out.write(
                request.header("if-none-match") == null
                        ? TestOrigin.ok("hello", "ETag: \"a\"", "Content-Language: en")
                        : TestOrigin.head(304, -1, "ETag: \"a\"", "Content-Language: de")));
        node.get("/a");
        node.whenStored();
        node.nowMs.addAndGet(61_000);
        Response confirmed = node.get("/a", "If-None-Match: \"a\"");
        assertThat(confirmed.status()).isEqualTo(304);
        assertThat(confirmed.header("content-language"))
                .as(confirmed.header("cache-status"))
                .isEqualTo("de");
    }

    @Test
    void headIsAnsweredFromWhatGetHasStored() throws IOException {
        node.get("/a");
        Response head = node.request("HEAD", "/a");
        assertThat(head.status()).isEqualTo(200);
        assertThat(head.header("content-length")).isEqualTo("5");
        assertThat(origin.requests()).hasSize(1);

        origin.answering((request, out) -> out.write(TestOrigin.head(200, 5)));
        assertThat(node.request("HEAD", "/b").header("content-length")).isEqualTo("5");
        assertThat(origin.requests().getLast().method()).isEqualTo("HEAD");
    }

    @Test
    void rfc9111Section4_3_5_headThatMatchesBringsWhatIsStoredUpToDate() throws IOException {
        origin.answering((request, out) -> out.write(TestOrigin.ok("hello", "ETag: \"1\"", "X-Edition: first")));
        node.get("/a");
        node.nowMs.addAndGet(61_000);
        origin.answering((request, out) -> out.write(TestOrigin.head(200, 5, "ETag: \"1\"", "X-Edition: second")));
        assertThat(node.request("HEAD", "/a").header("x-edition")).isEqualTo("second");
        Response hit = node.get("/a");
        assertThat(hit.header("cache-status")).contains("; hit");
        assertThat(hit.header("x-edition")).isEqualTo("second");
        assertThat(hit.text()).isEqualTo("hello");
        assertThat(origin.requests()).hasSize(2);
    }

    @Test
    void rfc9111Section4_3_5_headThatContradictsForgetsWhatIsStored() throws IOException {
        for (String another : new String[] {"ETag: \"2\"", "Content-Length: 6", "Cache-Control: no-store"}) {
            origin.answering((request, out) -> out.write(TestOrigin.ok("hello", "ETag: \"1\"")));
            node.get("/a");
            node.nowMs.addAndGet(61_000);
            int length = another.startsWith("Content-Length") ? 6 : 5;
            String field = another.startsWith("Content-Length") ? "ETag: \"1\"" : another;
            origin.answering((request, out) -> out.write(TestOrigin.head(200, length, field)));
            assertThat(node.request("HEAD", "/a").status()).isEqualTo(200);
            origin.answering((request, out) -> out.write(TestOrigin.ok("other", "ETag: \"2\"")));
            Response anew = node.get("/a");
            assertThat(anew.text()).as(another).isEqualTo("other");
            assertThat(anew.header("cache-status")).as(another).contains("fwd=uri-miss");
            assertThat(origin.requests().getLast().header("if-none-match")).isNull();
            node.flush(org.popnet.platform.flush.FlushOrder.Kind.ALL, "");
        }
    }

    @Test
    void rfc9111Section4_4_everyVariantOfWhatAnEdgeSawChangeIsForgotten() throws IOException {
        origin.answering((request, out) -> out.write(TestOrigin.ok("hello", "Vary: X")));
        node.get("/a", "X: 1");
        node.get("/a", "X: 2");
        node.get("/b", "X: 1");
        assertThat(node.get("/a", "X: 2", "Cache-Control: no-cache").header("cache-status"))
                .contains("fwd=uri-miss");
        assertThat(node.get("/a", "X: 1").header("cache-status")).contains("fwd=vary-miss");
        assertThat(node.get("/b", "X: 1").header("cache-status")).contains("hit");
        assertThat(node.get("/a", "X: 2").header("cache-status")).contains("hit");
        assertThat(origin.requests()).hasSize(5);
        assertThat(node.count("popnet.fetch.fills", "outcome", "invalidated")).isOne();
    }
}
