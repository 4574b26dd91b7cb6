package org.popnet.fetch.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import org.junit.jupiter.api.Test;
import org.popnet.fetch.RawClient;
import org.popnet.fetch.RawClient.Response;

/** Who is answered, and what may be asked. */
class AdmissionTest extends OneOrigin {
    @Test
    void ownIdInCdnLoopIsRefusedWithoutAFetch() throws IOException {
        assertThat(node.get("/a", "CDN-Loop: fetch1.test.pop.example").status()).isEqualTo(508);
        assertThat(origin.requests()).isEmpty();
    }

    @Test
    void onlyNodesOfTheTreeAreAnswered() throws IOException {
        try (RawClient stranger =
                new RawClient(InetAddress.ofLiteral("127.250.9.9"), FetchNode.LOOPBACK, node.port())) {
            stranger.send("GET / HTTP/1.1\r\nHost: www.customer1.example\r\n\r\n");
            assertThat(stranger.head().status()).isEqualTo(403);
        }
        assertThat(node.count("popnet.fetch.refused", "reason", "peer")).isOne();
        assertThat(origin.requests()).isEmpty();
    }

    @Test
    void onlyHostedDomainsAreFetched() throws IOException {
        for (String host : new String[] {"unknown.example", "dynamic.customer1.example", "169.254.169.254"}) {
            try (RawClient edge = node.connect()) {
                edge.send("GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
                assertThat(edge.head().status()).as(host).isEqualTo(421);
            }
        }
        assertThat(origin.requests()).isEmpty();
    }

    @Test
    void onlySafeMethodsWithoutBodiesAreTaken() throws IOException {
        assertThat(node.request("POST", "/", "Content-Length: 0").status()).isEqualTo(405);
        assertThat(node.request("GET", "/", "Content-Length: 1", "X: y").status())
                .isEqualTo(400);
        assertThat(origin.requests()).isEmpty();
    }

    @Test
    void aWatermarkThatIsNoneIsRefused() throws IOException {
        for (String value : new String[] {"-1", "x", "9999999999999999999", ""}) {
            assertThat(node.get("/a", "Popnet-Watermark: " + value).status()).isEqualTo(400);
        }
        assertThat(origin.requests()).isEmpty();
    }

    @Test
    void healthIsAnsweredForAnyHost() throws IOException {
        try (RawClient edge = node.connect()) {
            edge.send("GET /.popnet/health HTTP/1.1\r\nHost: whatever\r\n\r\n");
            Response health = edge.body(edge.head(), false);
            assertThat(health.status()).isEqualTo(200);
            assertThat(health.text()).isEqualTo("ok");
        }
    }
}
