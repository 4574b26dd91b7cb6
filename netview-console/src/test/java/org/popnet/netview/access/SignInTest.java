package org.popnet.netview.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.popnet.netview.harness.Browser;
import org.popnet.netview.harness.Console;

/** FW1: signing in and out, sessions, tokens, headers. */
class SignInTest {
    private final Console console = Console.shared();

    @ParameterizedTest
    @ValueSource(strings = {"/", "/traffic", "/traffic/export/series", "/flush", "/domains", "/network", "/account"})
    void whoeverHasNotSignedInIsSentToTheForm(String path) {
        HttpResponse<String> response = new Browser(console).get(path);
        assertThat(response.statusCode()).isEqualTo(302);
        assertThat(response.headers().firstValue("Location")).contains("/login");
    }

    @Test
    void sessionIdChangesAtSignInAndDiesAtSignOut() {
        Browser browser = new Browser(console);
        browser.get("/login");
        String before = browser.sessionId();
        browser.signIn("alice", Console.PASSWORD);
        String during = browser.sessionId();
        assertThat(during).isNotEqualTo(before).isNotEmpty();

        assertThat(browser.post("/account", "/logout", Map.of()).headers().firstValue("Location"))
                .contains("/login?signedOut");
        Browser thief = new Browser(console);
        HttpResponse<String> response =
                thief.send(HttpRequest.newBuilder(URI.create(console.url("/"))).header("Cookie", "netview=" + during));
        assertThat(response.statusCode()).isEqualTo(302);
    }

    @Test
    void signInLeadsToThePageThatWasAskedForAndNeverToAnotherHost() {
        Browser browser = new Browser(console);
        browser.send(HttpRequest.newBuilder(URI.create(console.url("/traffic?range=7d")))
                .header("Host", "evil.example"));
        HttpResponse<String> response = browser.signIn("alice", Console.PASSWORD);
        assertThat(response.headers().firstValue("Location")).contains("/traffic?range=7d");
    }

    @Test
    void forgedHostChangesNoLink() {
        Browser browser = Browser.of(console, "alice");
        for (String path : List.of("/", "/traffic", "/flush", "/domains")) {
            HttpResponse<String> page = browser.send(HttpRequest.newBuilder(URI.create(console.url(path)))
                    .header("Host", "evil.example")
                    .header("X-Forwarded-Host", "evil.example")
                    .header("Forwarded", "host=evil.example;proto=https"));
            assertThat(page.body()).doesNotContain("evil.example");
        }
        HttpResponse<String> redirect = new Browser(console)
                .send(HttpRequest.newBuilder(URI.create(console.url("/"))).header("Host", "evil.example"));
        assertThat(redirect.headers().firstValue("Location")).contains("/login");
    }

    @Test
    void cookiesAreHttpOnlyAndSameSite() {
        assertThat(new Browser(console).get("/login").headers().allValues("Set-Cookie"))
                .isNotEmpty()
                .allMatch(cookie -> cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"));
    }

    @Test
    void everyPageForbidsWhatDoesNotComeFromHere() {
        Browser browser = Browser.of(console, "admin");
        for (String path :
                List.of("/", "/traffic", "/flush", "/domains", "/network", "/account", "/nothing", "/?range=x")) {
            HttpResponse<String> page = browser.get(path);
            assertThat(page.headers().firstValue("Content-Security-Policy").orElse(""))
                    .as(path)
                    .contains("default-src 'none'")
                    .contains("script-src 'self'")
                    .contains("style-src 'self'")
                    .contains("frame-ancestors 'none'")
                    .doesNotContain("unsafe");
            assertThat(page.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
            assertThat(page.body())
                    .doesNotContain("style=\"")
                    .doesNotContain("onclick")
                    .doesNotContain("<style");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/login", "/logout", "/flush", "/account/password"})
    void writesWithoutATokenAreRefused(String path) {
        Browser browser = Browser.of(console, "alice");
        Map<String, String> fields = Map.of(
                "site",
                "static.customer1.example",
                "kind",
                "URL",
                "value",
                "/x",
                "user",
                "alice",
                "password",
                "x",
                "current",
                Console.PASSWORD,
                "fresh",
                "another-password",
                "again",
                "another-password");
        assertThat(browser.postWithoutToken(path, fields).statusCode()).isEqualTo(403);
        assertThat(browser.get("/account").statusCode()).isEqualTo(200);
        assertThat(console.network.asked).noneMatch(q -> q.startsWith("POST"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/logout",
                "/flush?site=static.customer1.example&kind=ALL&confirm=static.customer1.example",
                "/account/password?current=x&fresh=yyyyyyyyyyyyyy&again=yyyyyyyyyyyyyy"
            })
    void readingChangesNothing(String path) {
        Browser browser = Browser.of(console, "alice");
        browser.get(path);
        assertThat(browser.get("/account").statusCode()).isEqualTo(200);
        assertThat(console.network.asked).noneMatch(q -> q.startsWith("POST"));
        assertThat(new Browser(console).signIn("alice", Console.PASSWORD).statusCode())
                .isEqualTo(302);
    }

    @Test
    void viewerMayNotFlush() {
        Browser vera = Browser.of(console, "vera");
        assertThat(vera.get("/flush").body()).doesNotContain("name=\"kind\"");
        HttpResponse<String> response = vera.post(
                "/account", "/flush", Map.of("site", "static.customer1.example", "kind", "URL", "value", "/x"));
        assertThat(response.statusCode()).isEqualTo(403);
        assertThat(console.network.asked).noneMatch(q -> q.startsWith("POST"));
    }

    @Test
    void wrongPasswordsAreThrottledAlikeForNamesThatExistAndThatDoNot() {
        assertThat(guesses("erik")).isEqualTo(guesses("nobody"));
        assertThat(new Browser(console).signIn("erik", Console.PASSWORD).statusCode())
                .as("the right password is not looked at either")
                .isEqualTo(429);
    }

    private List<String> guesses(String name) {
        Browser browser = new Browser(console);
        return java.util.stream.IntStream.range(0, 8)
                .mapToObj(i -> browser.signIn(name, "wrong-password-" + i))
                .map(r -> r.statusCode() + " "
                        + r.body()
                                .replace(name, "NAME")
                                .replaceAll("value=\"[^\"]*\"", "")
                                .replaceAll("again in \\d+ s", "again in N s"))
                .toList();
    }

    @Test
    void unknownNameTakesAsLongAsAWrongPassword() {
        Browser browser = new Browser(console);
        browser.signIn("warm", "wrong");
        long known = time(() -> browser.signIn("carol", "wrong-password"));
        long unknown = time(() -> browser.signIn("dave", "wrong-password"));
        assertThat((double) unknown / known).as("unknown over known").isBetween(0.1, 10.0);
    }

    private static long time(Runnable action) {
        long start = System.nanoTime();
        action.run();
        return System.nanoTime() - start;
    }

    @Test
    void newPasswordSignsOtherSessionsOut() {
        Browser here = Browser.of(console, "carol");
        Browser there = Browser.of(console, "carol");
        String fresh = "a new one, twelve and more";
        HttpResponse<String> changed = here.post(
                "/account", "/account/password", Map.of("current", Console.PASSWORD, "fresh", fresh, "again", fresh));
        assertThat(changed.headers().firstValue("Location")).contains("/account?changed");
        assertThat(here.get("/account").statusCode()).isEqualTo(200);
        assertThat(there.get("/account").statusCode()).isEqualTo(302);
        assertThat(new Browser(console).signIn("carol", Console.PASSWORD).statusCode())
                .isEqualTo(401);
        assertThat(new Browser(console).signIn("carol", fresh).statusCode()).isEqualTo(302);
        here.post(
                "/account",
                "/account/password",
                Map.of("current", fresh, "fresh", Console.PASSWORD, "again", Console.PASSWORD));
    }

    @Test
    void newPasswordNeedsTheOldOneAndEnoughCharacters() {
        Browser alice = Browser.of(console, "alice");
        assertThat(alice.post(
                                "/account",
                                "/account/password",
                                Map.of("current", Console.PASSWORD, "fresh", "short", "again", "short"))
                        .statusCode())
                .isEqualTo(422);
        HttpResponse<String> wrong = alice.post(
                "/account",
                "/account/password",
                Map.of("current", "not it", "fresh", "long enough for it", "again", "long enough for it"));
        assertThat(wrong.statusCode()).isEqualTo(422);
        assertThat(wrong.body()).contains("The current password is wrong.");
    }

    @Test
    void fragmentUnderWayIsToldToSignIn() {
        HttpResponse<String> response = new Browser(console)
                .send(HttpRequest.newBuilder(URI.create(console.url("/flush/static.customer1.example/1")))
                        .header("HX-Request", "true"));
        assertThat(response.statusCode()).isEqualTo(401);
        assertThat(response.headers().firstValue("HX-Redirect")).contains("/login");
    }
}
