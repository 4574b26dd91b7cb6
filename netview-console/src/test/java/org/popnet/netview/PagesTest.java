package org.popnet.netview;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.popnet.netview.harness.Browser;
import org.popnet.netview.harness.Console;

/** What is on the pages, as it is without scripts. */
class PagesTest {
    private final Console console = Console.shared();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/traffic",
                "/traffic?range=1h&domain=static.customer1.example",
                "/flush",
                "/domains",
                "/domains/static.customer1.example",
                "/account",
                "/flush/static.customer1.example/1"
            })
    void everyPageOfACustomerRenders(String path) {
        HttpResponse<String> page = Browser.of(console, "alice").get(path);
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.body()).contains("<title>").contains("</html>").doesNotContain("th:");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/", "/traffic", "/flush", "/domains", "/network", "/account", "/traffic?customer=_network"})
    void everyPageOfAnAdministratorRenders(String path) {
        HttpResponse<String> page = Browser.of(console, "admin").get(path);
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.body()).contains("customer2").contains("</html>");
    }

    @Test
    void overviewShowsFiguresWithTheTimeTheyHoldUpTo() {
        String page = Browser.of(console, "alice").get("/").body();
        assertThat(page).contains("57.4").contains("8.17").contains("Mbit/s").contains("data-up-to=\"");
        assertThat(page).contains("westusa").contains("healthy");
    }

    @Test
    void trafficHasATableAndACsvForEveryChart() {
        String page = Browser.of(console, "alice").get("/traffic?range=1h").body();
        assertThat(page.split("<figure", -1)).hasSize(5);
        assertThat(page.split("Show as table", -1)).hasSize(5);
        assertThat(page).contains("href=\"/traffic/export/series?range=1h\"");
    }

    @Test
    void trafficSaysWhoAsksAndHowSureThatIs() {
        String page = Browser.of(console, "alice").get("/traffic?range=1h").body();
        assertThat(page).contains("search.example", "Firefox", "48.2", "up to 12 requests more");
        assertThat(page)
                .contains("no country database")
                .contains("First byte, 95 %")
                .contains("9.80\u00a0ms");
        assertThat(Browser.of(console, "alice")
                        .get("/traffic/export/agents?range=1h")
                        .body())
                .isEqualTo("agents,requests,bytes_out,requests_error_max\r\nFirefox,9100,191000000,12\r\n");
    }

    @Test
    void billsAreForThoseWhoMaySeeThemWithACsvOfEachClosedMonth() {
        Browser alice = Browser.of(console, "alice");
        String page = alice.get("/billing").body();
        assertThat(page)
                .contains(
                        "2026-10",
                        "closed 4 Nov 2026",
                        "2.16",
                        "data up to",
                        "by the operator",
                        "/billing/export/2026-10");
        assertThat(page).doesNotContain("/billing/export/2026-11");
        assertThat(alice.get("/billing/export/2026-10").body().lines())
                .containsExactly(
                        "month,domain,pop,requests,bytes_out,bytes_in,p95_bits_per_second",
                        "2026-10,all,all,900,81000,70,2160",
                        "2026-10,'=cmd.example,westusa,900,81000,70,2160",
                        "2026-09,static.customer1.example,europe,1,30,7,");
        assertThat(alice.get("/billing/export/months").body()).contains("2026-11,OPEN,,2026-11-04T00:00:00Z,5,500,");
        assertThat(alice.get("/billing/export/nonsense").statusCode()).isEqualTo(404);
        Browser viewer = Browser.of(console, "vera");
        assertThat(viewer.get("/billing").statusCode()).isEqualTo(404);
        assertThat(viewer.get("/billing/export/2026-10").statusCode()).isEqualTo(404);
        assertThat(viewer.get("/traffic").body()).doesNotContain("/billing");
    }

    @Test
    void whatIsNotKnownIsNoZero() {
        String page = Browser.of(console, "alice").get("/traffic").body();
        assertThat(page).containsPattern("<td class=\"n\">–</td>");
    }

    @Test
    void requestsThatWereLostForAccountingAreNoSilentGap() {
        assertThat(Browser.of(console, "alice").get("/traffic").body()).doesNotContain("not counted");
        console.network.lost(1234);
        assertThat(Browser.of(console, "alice").get("/traffic").body())
                .contains("Up to 1,234 requests of this time were served and not counted");
    }

    @Test
    void quietSiteTeachesTheFirstStep() {
        console.network.noTraffic();
        String page = Browser.of(console, "alice").get("/").body();
        assertThat(page).contains("./popnet traffic --seconds 30 --rate 50");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/traffic", "/flush", "/domains", "/domains/www.customer1.example", "/network"})
    void pageRendersAndSaysWhatItMeansWhenBackendsAreDown(String path) {
        for (String node : new String[] {"log.hq", "admin.hq", "dns.westusa", "dns.eastusa"}) {
            console.network.stop(node);
        }
        HttpResponse<String> page = Browser.of(console, "admin").get(path);
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.body()).containsAnyOf("as before", "stays flushed", "no answer", "last good knowledge");
    }

    @Test
    void figuresComeFromTheLogServerThatManagesTheCustomer() {
        Browser.of(console, "alice").get("/traffic");
        assertThat(console.network.asked)
                .anyMatch(q -> q.startsWith("GET log.hq /traffic/summary?customer=customer1&from="));
    }

    @Test
    void whyThisAnswerShowsEveryTermOfTheScore() {
        String page = Browser.of(console, "alice")
                .get("/domains/static.customer1.example?client=127.0.21.1&type=A")
                .body();
        assertThat(page)
                .contains("127.0.21.1 gets 127.0.1.2 (edge1.westusa).")
                .contains("It stays at the server that it was given before.")
                .contains(">70.1<")
                .doesNotContain("node:edge1.westusa")
                .contains("3.2 (6 % in use)")
                .contains("down for 12 s: probe.europe saw “status 503” 0.4 s ago")
                .contains("it is at generation 6, the domain came with 7");
        assertThat(console.network.asked)
                .contains("GET dns.westusa /explain?name=static.customer1.example&client=127.0.21.1&type=A");
    }

    /** The same two tables that `./popnet explain` has: who says each term, and where the client is kept. */
    @Test
    void whyThisAnswerTellsWhoSaysSoAndWhereTheClientIsKept() {
        String page = Browser.of(console, "alice")
                .get("/domains/static.customer1.example?client=127.0.21.1&type=A")
                .body();
        assertThat(page)
                .containsSubsequence(
                        "Scores: the lowest wins",
                        "Could not be chosen",
                        "Who says so, and how long ago",
                        "measured by the probes of westusa, and 12 ms more",
                        "4.2 s",
                        "it has not told lately: counts as idle",
                        "Distances of this client");
        assertThat(page).containsSubsequence("kept at", "edge1.westusa", "kept for", "9 min", "kept by", "dns.eastusa");
    }

    @Test
    void serverThatFailsOnOneOfItsAddressesIsDegradedAndSaysOnWhich() {
        Browser alice = Browser.of(console, "alice");
        assertThat(alice.get("/domains").body()).doesNotContain("over IPv6: no route");
        console.network.stop("server:customer1/west/www.customer1.example+ipv6");

        assertThat(alice.get("/domains").body()).containsSubsequence(">west<", "degraded", "over IPv6: no route");
        assertThat(Browser.of(console, "admin").get("/network").body())
                .containsSubsequence(
                        "server:customer1/west/www.customer1.example<",
                        "server:customer1/west/www.customer1.example+ipv6<",
                        "down");
    }

    @Test
    void anotherNameServerExplainsWhenTheFirstIsDown() {
        console.network.stop("dns.westusa");
        Browser.of(console, "alice").get("/domains/static.customer1.example?client=127.0.21.1");
        assertThat(console.network.asked).anyMatch(q -> q.startsWith("GET dns.eastusa /explain"));
    }

    @Test
    void whatIsNoAddressIsNotAskedAbout() {
        String page = Browser.of(console, "alice")
                .get("/domains/static.customer1.example?client=california")
                .body();
        assertThat(page).contains("is no address");
        assertThat(console.network.asked).noneMatch(q -> q.contains("/explain"));
    }

    @Test
    void administratorSeesWhichNodeIsBehindAndWhichDoesNotAnswer() {
        console.network.stop("edge1.europe");
        String page = Browser.of(console, "admin").get("/network").body();
        assertThat(page).contains("behind").contains("no answer").contains("Connection refused");
    }
}
