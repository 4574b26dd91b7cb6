package org.popnet.netview.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.popnet.netview.harness.Browser;
import org.popnet.netview.harness.Console;

/** FW1: one customer never reaches another's things, and people never reach the control port's. */
class IsolationTest {
    private static final String FOREIGN_DOMAIN = "www.customer2.example";
    private static final List<String> PAGES = List.of(
            "/",
            "/traffic",
            "/traffic/export/series",
            "/traffic/export/pops",
            "/traffic/export/urls",
            "/traffic/export/referrers",
            "/traffic/export/agents",
            "/traffic/export/countries",
            "/billing",
            "/billing/export/months",
            "/billing/export/2026-10",
            "/flush",
            "/domains",
            "/account");

    private final Console console = Console.shared();

    @Test
    void anotherCustomersIdIsNotFoundOnAnyRoute() {
        Browser alice = Browser.of(console, "alice");
        for (String page : PAGES) {
            for (String query : List.of("?customer=customer2", "?customer=_network", "?domain=" + FOREIGN_DOMAIN)) {
                assertNothing(alice.get(page + query));
            }
        }
        assertNothing(alice.get("/domains/" + FOREIGN_DOMAIN));
        assertNothing(alice.get("/domains/" + FOREIGN_DOMAIN + "?client=127.0.21.1"));
        assertNothing(alice.get("/flush/" + FOREIGN_DOMAIN + "/1"));
        assertNothing(alice.get("/network"));
        assertThat(console.network.asked).as("questions asked for them").isEmpty();
    }

    @Test
    void customerThatDoesNotExistLooksTheSameAsOneThatIsForeign() {
        Browser alice = Browser.of(console, "alice");
        assertThat(alice.get("/?customer=customer77").body())
                .isEqualTo(alice.get("/?customer=customer2").body());
    }

    @Test
    void anotherCustomersSiteIsNotFlushed() {
        Browser alice = Browser.of(console, "alice");
        assertNothing(alice.post("/flush", "/flush", Map.of("site", FOREIGN_DOMAIN, "kind", "URL", "value", "/")));
        assertNothing(alice.post(
                "/flush", "/flush?customer=customer2", Map.of("site", FOREIGN_DOMAIN, "kind", "URL", "value", "/")));
        assertThat(console.network.asked).noneMatch(q -> q.startsWith("POST"));
    }

    @Test
    void userOfACustomerThatLeftTheTreeSeesNothing() {
        assertNothing(Browser.of(console, "gone").get("/"));
    }

    private static void assertNothing(HttpResponse<String> response) {
        assertThat(response.statusCode()).as(response.uri().toString()).isEqualTo(404);
        assertThat(response.body()).doesNotContain("customer2").doesNotContain("127.0.12");
    }

    @Test
    void administratorSwitchesCustomers() {
        Browser admin = Browser.of(console, "admin");
        assertThat(admin.get("/domains?customer=customer2").body()).contains(FOREIGN_DOMAIN);
        assertThat(admin.get("/domains?customer=customer77").statusCode()).isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/node",
                "/tree",
                "/actuator",
                "/actuator/health",
                "/actuator/prometheus",
                "/actuator/env",
                "/error",
                "/load",
                "//node",
                "/node/",
                "/./node",
                "/traffic/..;/node",
                "/%6eode",
                "/traffic/..%2fnode",
                "/login/../node"
            })
    void controlEndpointsAreAbsentFromThePeoplesPort(String path) throws Exception {
        for (Browser browser : List.of(new Browser(console), Browser.of(console, "admin"))) {
            HttpResponse<String> response = browser.send(
                    HttpRequest.newBuilder(URI.create(console.url("/")).resolve(console.url(path))));
            assertThat(response.statusCode()).isIn(400, 404);
            assertThat(response.body()).doesNotContain("control").doesNotContain("UP");
        }
    }

    @Test
    void everyMappedRouteIsServedOnOnePortOnly() throws Exception {
        Browser admin = Browser.of(console, "admin");
        try (HttpClient client = HttpClient.newHttpClient()) {
            for (String pattern : console.mappings().getHandlerMethods().keySet().stream()
                    .flatMap(info -> info.getPatternValues().stream())
                    .filter(pattern -> !pattern.equals("/error") && !pattern.equals("/login/failed"))
                    .toList()) {
                String path = pattern.replaceAll("\\{[^}]+}", "1");
                boolean page = !pattern.equals("/node") && !pattern.equals("/tree");
                if (!page) {
                    assertThat(admin.get(path).statusCode()).as(pattern).isEqualTo(404);
                }
                int onControl = client.send(
                                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + console.controlPort + path))
                                        .build(),
                                HttpResponse.BodyHandlers.ofString())
                        .statusCode();
                assertThat(onControl).as(pattern + " on the control port").isEqualTo(page ? 404 : 200);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/login", "/traffic", "/flush", "/network", "/account", "/assets/console.css"})
    void pagesAreAbsentFromTheControlPort(String path) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<String> response = client.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + console.controlPort + path))
                            .header("Host", "127.0.0.1:" + console.peoplePort)
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(response.statusCode()).isEqualTo(404);
        }
    }
}
