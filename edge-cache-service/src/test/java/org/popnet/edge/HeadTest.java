package org.popnet.edge;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.popnet.edge.TestEdge.SITE;
import static org.popnet.edge.TestOrigin.respond;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a HEAD that has gone forward says of what is stored (RFC 9111 §4.3.5). */
class HeadTest {
    private volatile String tag = "\"1\"";
    private volatile String edition = "first";
    private volatile String caching = "max-age=60";
    private volatile byte[] body = "0123456789".getBytes(UTF_8);
    private TestOrigin fetch;
    private TestEdge edge;
    private TestClient client;

    @BeforeEach
    void start() throws Exception {
        fetch = new TestOrigin((request, out) -> respond(
                out,
                200,
                request.method().equals("HEAD") ? new byte[0] : body,
                "Content-Length",
                Integer.toString(body.length),
                "Cache-Control",
                caching,
                "ETag",
                tag,
                "X-Edition",
                edition));
        edge = new TestEdge(List.of(fetch), fetch);
        client = edge.client();
        assertThat(client.get(SITE, "/a").body()).isEqualTo(body);
        edge.skewMs.set(61_000);
        edition = "second";
    }

    @AfterEach
    void stop() throws Exception {
        client.close();
        edge.close();
        fetch.close();
    }

    private void head() throws Exception {
        TestClient.Response head = client.request("HEAD", SITE, "/a");
        assertThat(head.status()).isEqualTo(200);
        assertThat(head.header("Cache-Status")).contains("fwd=stale");
        assertThat(fetch.requests.getLast().method()).isEqualTo("HEAD");
    }

    @Test
    void rfc9111Section4_3_5_headThatMatchesBringsWhatIsStoredUpToDate() throws Exception {
        head();
        TestClient.Response hit = client.get(SITE, "/a");
        assertThat(hit.header("Cache-Status")).contains("; hit");
        assertThat(hit.header("X-Edition")).isEqualTo("second");
        assertThat(hit.header("Age")).isEqualTo("0");
        assertThat(hit.body()).isEqualTo(body);
        assertThat(fetch.requests).hasSize(2);
    }

    @Test
    void rfc9111Section4_3_5_headWithAnotherTagForgetsWhatIsStored() throws Exception {
        tag = "\"2\"";
        head();
        fetchedAnew();
    }

    @Test
    void rfc9111Section4_3_5_headWithAnotherLengthForgetsWhatIsStored() throws Exception {
        body = "other".getBytes(UTF_8);
        head();
        fetchedAnew();
    }

    @Test
    void rfc9111Section4_3_5_headThatForbidsStoringForgetsWhatIsStored() throws Exception {
        caching = "no-store";
        head();
        caching = "max-age=60";
        fetchedAnew();
    }

    private void fetchedAnew() throws Exception {
        TestClient.Response anew = client.get(SITE, "/a");
        assertThat(anew.header("Cache-Status")).contains("fwd=uri-miss");
        assertThat(anew.body()).isEqualTo(body);
        assertThat(fetch.requests.getLast().header("If-None-Match")).isNull();
    }
}
