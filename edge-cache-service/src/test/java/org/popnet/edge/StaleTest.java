package org.popnet.edge;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.popnet.edge.TestEdge.SITE;
import static org.popnet.edge.TestOrigin.respond;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.popnet.platform.spool.AccessRecord.CacheResult;

/** What is stale is confirmed, or served while it is, or while nobody can be asked. */
class StaleTest extends EdgeStory {
    private static final byte[] BODY = "0123456789".repeat(20).getBytes(UTF_8);

    @BeforeEach
    void answer() {
        answerWith("max-age=60");
    }

    private void answerWith(String cacheControl) {
        fetch.handler = (request, out) -> respond(out, 200, BODY, "Cache-Control", cacheControl, "ETag", "\"v1\"");
    }

    @Test
    void staleResponseIsRevalidatedAndKeepsItsBody() throws Exception {
        try (TestClient client = edge.client()) {
            client.get(SITE, "/a.txt");
            edge.skewMs.set(61_000);
            fetch.handler = (request, out) -> respond(
                    out, 304, new byte[0], "Cache-Control", "max-age=100", "ETag", request.header("If-None-Match"));
            TestClient.Response revalidated = client.get(SITE, "/a.txt");
            assertThat(revalidated.status()).isEqualTo(200);
            assertThat(revalidated.body()).isEqualTo(BODY);
            assertThat(revalidated.header("Cache-Status"))
                    .isEqualTo("edge1.westusa; fwd=stale; fwd-status=304; stored");
            assertThat(client.get(SITE, "/a.txt").header("Cache-Status")).contains("hit");
        }
        await().untilAsserted(() -> assertThat(edge.log)
                .extracting(l -> l.record().cache())
                .containsExactly(CacheResult.MISS, CacheResult.REVALIDATED, CacheResult.HIT));
    }

    @Test
    void staleObjectIsServedWhileItIsRevalidatedBehind() throws Exception {
        answerWith("max-age=10, stale-while-revalidate=60");
        try (TestClient client = edge.client()) {
            client.get(SITE, "/a.txt");
            edge.skewMs.set(20_000);
            assertThat(client.get(SITE, "/a.txt").header("Cache-Status")).contains("hit; ttl=-");
            await().untilAsserted(() -> assertThat(fetch.requests).hasSize(2));
            await().untilAsserted(() -> assertThat(client.get(SITE, "/a.txt").header("Cache-Status"))
                    .doesNotContain("ttl=-"));
        }
    }

    @Test
    void staleObjectIsServedWhileOriginIsDown() throws Exception {
        answerWith("max-age=10, stale-if-error=60");
        try (TestClient client = edge.client()) {
            client.get(SITE, "/a.txt");
            edge.skewMs.set(20_000);
            fetch.handler = (request, out) -> respond(out, 503, new byte[0]);
            TestClient.Response onError = client.get(SITE, "/a.txt");
            assertThat(onError.status()).isEqualTo(200);
            assertThat(onError.header("Cache-Status"))
                    .isEqualTo("edge1.westusa; fwd=stale; fwd-status=503; detail=stale-if-error");
            fetch.close();
            origin.close();
            assertThat(client.get(SITE, "/a.txt").body()).isEqualTo(BODY);
            edge.skewMs.set(90_000);
            assertThat(client.get(SITE, "/a.txt").status()).isEqualTo(502);
        }
    }

    @Test
    void rfc9111Section4_2_4_staleObjectIsServedForSomeTimeWhileNobodyCanBeReached() throws Exception {
        fetch.handler = (request, out) -> respond(out, 200, BODY, "Cache-Control", "max-age=10");
        try (TestClient client = edge.client()) {
            client.get(SITE, "/a.txt");
            fetch.handler = (request, out) -> respond(out, 200, BODY, "Cache-Control", "max-age=10, must-revalidate");
            client.get(SITE, "/b.txt");
            edge.skewMs.set(20_000);
            fetch.close();
            origin.close();
            assertThat(client.get(SITE, "/a.txt").body()).isEqualTo(BODY);
            assertThat(client.get(SITE, "/b.txt").status()).isEqualTo(502);
            edge.skewMs.set(611_000);
            assertThat(client.get(SITE, "/a.txt").status()).isEqualTo(502);
        }
    }

    @Test
    void rfc9111Section4_2_4_whatACacheBehindHasOnlyStaleIsAskedForThereAgain() throws Exception {
        fetch.handler = (request, out) -> respond(out, 200, BODY, "Cache-Control", "max-age=10", "Age", "20");
        try (TestClient client = edge.client()) {
            assertThat(client.get(SITE, "/a.txt").body()).isEqualTo(BODY);
            assertThat(client.get(SITE, "/a.txt").body()).isEqualTo(BODY);
        }
        assertThat(fetch.requests).hasSize(2);
        assertThat(origin.requests).isEmpty();
    }
}
