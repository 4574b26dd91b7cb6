package org.popnet.netview.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.popnet.netview.harness.Browser;
import org.popnet.netview.harness.Console;

/** FW1: whatever is typed or logged is shown as text, and is no formula in a spreadsheet. */
class ScriptInFieldsTest {
    private static final String SCRIPT = "\"><script>alert(1)</script><img src=x onerror=alert(1)>";
    private final Console console = Console.shared();

    @Test
    void scriptInEveryFieldIsText() {
        Browser alice = Browser.of(console, "alice");
        String encoded = URLEncoder.encode(SCRIPT, StandardCharsets.UTF_8);
        console.network.topUrl("/" + SCRIPT);
        List<HttpResponse<String>> pages = List.of(
                alice.get("/traffic"),
                alice.get("/?customer=" + encoded),
                alice.get("/?domain=" + encoded),
                alice.get("/?range=" + encoded),
                alice.get("/flush?kind=" + encoded + "&value=" + encoded),
                alice.get("/domains/" + encoded.replace("+", "%20")),
                alice.get(
                        "/domains/www.customer1.example?client=" + encoded + "&type=" + encoded + "&server=" + encoded),
                alice.post(
                        "/flush",
                        "/flush",
                        Map.of("site", "static.customer1.example", "kind", SCRIPT, "value", SCRIPT)),
                alice.post(
                        "/flush", "/flush", Map.of("site", "static.customer1.example", "kind", "URL", "value", SCRIPT)),
                alice.post("/flush", "/flush", Map.of("site", SCRIPT, "kind", "URL", "value", "/")),
                new Browser(console).signIn(SCRIPT, SCRIPT));
        for (HttpResponse<String> page : pages) {
            assertThat(page.statusCode()).as(page.uri().toString()).isLessThan(500);
            assertThat(page.body()).doesNotContain("<script>alert").doesNotContain("<img src=x");
        }
        assertThat(pages.getFirst().body()).contains("&lt;script&gt;alert(1)&lt;/script&gt;");
    }

    @Test
    void flushedPathWithScriptIsTextInTheHistory() {
        Browser alice = Browser.of(console, "alice");
        HttpResponse<String> response = alice.post(
                "/flush",
                "/flush",
                Map.of("site", "static.customer1.example", "kind", "URL", "value", "/<script>alert(1)</script>"));
        assertThat(response.statusCode()).isEqualTo(302);
        String location = response.headers().firstValue("Location").orElseThrow();
        assertThat(alice.get(location).body()).contains("&lt;script&gt;").doesNotContain("<script>alert");
        assertThat(alice.get("/flush").body()).contains("&lt;script&gt;").doesNotContain("<script>alert");
        assertThat(alice.get("/").body()).contains("&lt;script&gt;").doesNotContain("<script>alert");
    }

    @Test
    void formulasInExportedTextAreEscaped() {
        console.network.topUrl("=HYPERLINK(\"http://evil.example\",\"x\")");
        HttpResponse<String> csv = Browser.of(console, "alice").get("/traffic/export/urls");
        assertThat(csv.headers().firstValue("Content-Type")).contains("text/csv;charset=UTF-8");
        assertThat(csv.headers().firstValue("Content-Disposition").orElse(""))
                .contains("attachment")
                .contains("popnet-customer1-urls-24h.csv");
        assertThat(csv.body()).contains("\"'=HYPERLINK(\"\"http://evil.example\"\",\"\"x\"\")\"");
    }

    @Test
    void exportFailsRatherThanBeHalfWhenTheLogServerIsDown() {
        console.network.stop("log.hq");
        assertThat(Browser.of(console, "alice").get("/traffic/export/series").statusCode())
                .isEqualTo(502);
    }
}
