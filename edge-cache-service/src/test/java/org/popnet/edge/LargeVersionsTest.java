package org.popnet.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.popnet.edge.TestEdge.SITE;
import static org.popnet.edge.TestFilm.MIB;
import static org.popnet.edge.TestOrigin.respond;

import java.io.EOFException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.popnet.edge.TestClient.Response;
import org.popnet.edge.memory.CacheKey;
import org.popnet.edge.memory.Lookup;
import org.popnet.platform.flush.FlushOrder;
import org.popnet.platform.flush.FlushOrder.Kind;

/** Of a large response that changes, grows stale or is flushed, no two versions are ever mixed, and none is left. */
@Timeout(120)
class LargeVersionsTest extends FilmStory {
    @Test
    void anotherVersionDiscardsTheSegmentsOfTheOld() throws Exception {
        client.get(SITE, "/film");
        awaitSegments(21);
        film.publish(2, 18 * MIB);
        edge.skewMs.set(61_000);
        Response response = range("5000000-5000009");
        assertThat(response.body()).isEqualTo(film.part(5_000_000, 5_000_009));
        assertThat(response.header("ETag")).isEqualTo("\"2\"");
        await().untilAsserted(() -> assertThat(edge.memory.bytesInUse()).isLessThanOrEqualTo(4 * MIB));
        assertThat(client.get(SITE, "/film").body()).isEqualTo(film.bytes);
    }

    @Test
    void aVersionThatChangesBetweenSegmentsBreaksTheAnswerAndIsNeverMixed() throws Exception {
        range("2097152-3145727");
        awaitSegments(1);
        film.publish(2, film.bytes.length);
        assertThatThrownBy(() -> range("2097152-5242879")).isInstanceOf(EOFException.class);
        client = edge.client();
        Response response = range("2097152-5242879");
        assertThat(response.header("ETag")).isEqualTo("\"2\"");
        assertThat(response.body()).isEqualTo(film.part(2_097_152, 5_242_879));
        assertThat(edge.memory.large().changes()).isPositive();
    }

    @Test
    void aVersionThatChangesBeforeTheFirstByteIsAnsweredAnew() throws Exception {
        range("2097152-3145727");
        awaitSegments(1);
        film.publish(2, film.bytes.length - 1);
        Response response = range("9000000-9000009");
        assertThat(response.header("ETag")).isEqualTo("\"2\"");
        assertThat(response.body()).isEqualTo(film.part(9_000_000, 9_000_009));
    }

    @Test
    void staleSegmentsAreConfirmedOnceForTheWholeAnswer() throws Exception {
        client.get(SITE, "/film");
        awaitSegments(21);
        fetch.requests.clear();
        edge.skewMs.set(61_000);
        Response response = client.get(SITE, "/film");
        assertThat(response.body()).isEqualTo(film.bytes);
        assertThat(response.header("Age")).isEqualTo("0");
        assertThat(fetch.requests).hasSize(1);
        assertThat(fetch.requests.getLast().header("If-None-Match")).isEqualTo("\"1\"");
    }

    @Test
    void staleSegmentsAreServedWhileNobodyCanBeReached() throws Exception {
        film.fields = "Cache-Control: max-age=60, stale-if-error=600";
        client.get(SITE, "/film");
        awaitSegments(21);
        edge.skewMs.set(61_000);
        fetch.handler = (request, out) -> respond(out, 503, new byte[0]);
        Response response = client.get(SITE, "/film");
        assertThat(response.body()).isEqualTo(film.bytes);
        assertThat(response.header("Cache-Status")).contains("stale-if-error");
    }

    @Test
    void rfc9111Section3_4_theLatestFieldsOfAPartCountForTheWhole() throws Exception {
        range("0-0");
        awaitSegments(1);
        edge.skewMs.set(40_000);
        film.fields = "Cache-Control: max-age=100\r\nX-Edition: second";
        range("9000000-9000009");
        edge.skewMs.set(110_000);
        Response response = range("0-0");
        assertThat(response.header("Cache-Status")).contains("hit");
        assertThat(response.header("X-Edition")).isEqualTo("second");
        assertThat(response.header("Age")).isEqualTo("70");
    }

    @Test
    void everyKindOfFlushTakesAllSegments() throws Exception {
        List<FlushOrder> orders = List.of(
                new FlushOrder(SITE, 1, Kind.URL, "/film"),
                new FlushOrder(SITE, 2, Kind.PREFIX, "/fi"),
                new FlushOrder(SITE, 3, Kind.WILDCARD, "/*m"),
                new FlushOrder(SITE, 4, Kind.TAG, "films"),
                new FlushOrder(SITE, 5, Kind.ALL, ""));
        film.fields = "Cache-Control: max-age=60\r\nSurrogate-Key: films";
        for (int i = 0; i < orders.size(); i++) {
            range("0-4000000");
            awaitSegments(4 * (i + 1));
            assertThat(edge.memory.apply(orders.get(i)))
                    .as(orders.get(i).toString())
                    .isEqualTo(4);
            awaitNothingKept();
            assertThat(edge.memory.lookup(new CacheKey(SITE, "/film"), org.popnet.caching.Headers.EMPTY))
                    .isInstanceOf(Lookup.Miss.class);
        }
    }

    @Test
    void rfc9111Section4_4_anUnsafeRequestTakesAllSegments() throws Exception {
        range("0-4000000");
        awaitSegments(4);
        origin.handler = (request, out) -> respond(out, 200, new byte[0]);
        client.request("DELETE", SITE, "/film");
        awaitNothingKept();
    }

    @Test
    void segmentsThatBeganBeforeAFlushAreNotStoredAfterIt() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        fetch.handler = (request, out) -> {
            gate.await();
            film.handle(request, out);
        };
        client.send("GET /film HTTP/1.1\r\nHost: " + SITE + "\r\nRange: bytes=5000000-5000000\r\n\r\n");
        await().until(() -> fetch.requests.size() == 1);
        edge.memory.apply(new FlushOrder(SITE, 1, Kind.URL, "/elsewhere"));
        gate.countDown();
        assertThat(client.response().body()).isEqualTo(film.part(5_000_000, 5_000_000));
        awaitNothingKept();
    }
}
