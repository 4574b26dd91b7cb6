package org.popnet.edge;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.popnet.edge.TestEdge.SITE;
import static org.popnet.edge.TestOrigin.respond;

import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** FE4: what one client sends never changes what another gets. */
class PoisonTest {
    private static TestOrigin behind;
    private static TestEdge edge;

    @BeforeAll
    static void start() throws Exception {
        behind = new TestOrigin(PoisonTest::answer);
        edge = new TestEdge(List.of(behind), behind);
    }

    /** A framework that shows a private page whatever is hung on its path, and all that a request carried. */
    private static void answer(TestOrigin.Request request, java.io.OutputStream out) {
        boolean account = request.target().contains("account");
        String body = request.method() + " " + request.target() + " " + new java.util.TreeMap<>(request.headers())
                + new String(request.body(), UTF_8);
        respond(out, 200, body.getBytes(UTF_8), "Cache-Control", account ? "private, no-store" : "max-age=60");
    }

    @AfterAll
    static void stop() throws Exception {
        edge.close();
        behind.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/account",
                "/account;x.css",
                "/account/x.css",
                "/account%2Fx.css",
                "/account%2fx.css",
                "/account%3Bx.css",
                "/static/..%2faccount",
                "/static/%2e%2e/account",
                "/static/../account",
                "/account?x.css",
                "/account%3fx.css",
                "/account%00x.css",
                "/account%23x.css",
                "//account/x.js",
                "/account\\x.css",
            })
    void aPrivatePageIsNeverStoredWhateverItsPathLooksLike(String target) throws Exception {
        try (TestClient victim = edge.client();
                TestClient attacker = edge.client()) {
            TestClient.Response own = victim.get(SITE, target, "Cookie", "session=secret");
            assertThat(own.text()).contains("session=secret").contains(" " + target + " ");
            TestClient.Response theirs = attacker.get(SITE, target);
            assertThat(theirs.text()).doesNotContain("secret");
            assertThat(theirs.header("Cache-Status")).doesNotContain("hit");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "/p/a/b, /p/a%2Fb",
        "/p/a%2Fb, /p/a%2fb",
        "/p/x/../y, /p/y",
        "/p/x/..%2fy, /p/y",
        "/p//z, /p/z",
        "/p/a;v=1, /p/a;v=2",
        "/p/a?b=1&c=2, /p/a?c=2&b=1",
        "/p/q?, /p/q",
        "/p/%41, /p/A",
        "/p/C, /p/c",
    })
    void twoSpellingsAreTwoKeysAndReachTheServerAsTheyCame(String first, String second) throws Exception {
        try (TestClient client = edge.client()) {
            assertThat(client.get(SITE, first).text()).startsWith("GET " + first + " ");
            assertThat(client.get(SITE, second).text()).startsWith("GET " + second + " ");
            assertThat(client.get(SITE, first).header("Cache-Status")).contains("hit");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "X-Forwarded-Host, evil.example",
        "X-Forwarded-Proto, nothttps",
        "X-Forwarded-Scheme, http",
        "X-Forwarded-Port, 1",
        "X-Forwarded-Prefix, /evil",
        "X-Forwarded-For, 6.6.6.6",
        "X-Original-URL, /evil",
        "X-Rewrite-URL, /evil",
        "X-HTTP-Method-Override, DELETE",
        "X-HTTP-Method, DELETE",
        "X-Method-Override, DELETE",
        "X-Host, evil.example",
        "Forwarded, host=evil.example",
    })
    void whatIsNotInTheKeyDoesNotReachTheServer(String name, String value) throws Exception {
        try (TestClient client = edge.client()) {
            String target = "/u/" + name;
            client.get(SITE, target, name, value);
            TestClient.Response hit = client.get(SITE, target);
            assertThat(hit.header("Cache-Status")).contains("hit");
            assertThat(hit.text()).doesNotContain(value + ",").doesNotContain(name + "=");
        }
    }

    @Test
    void theBodyOfAGetIsDropped() throws Exception {
        try (TestClient client = edge.client()) {
            client.send("GET /fat HTTP/1.1\r\nHost: " + SITE + "\r\nContent-Length: 4\r\n\r\nevil");
            assertThat(client.response().text()).doesNotContain("evil");
            assertThat(client.get(SITE, "/fat").text()).doesNotContain("evil");
        }
    }
}
