package org.popnet.netview;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.ColorScheme;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.popnet.netview.harness.Console;

/** The console as a browser shows it. Pictures of what was seen are left in target/screens. */
@Tag("browser")
class ScreenTest {
    private static final Path CHROMIUM = Path.of("/usr/bin/chromium");
    private static final Path PICTURES = Path.of("target", "screens");
    private static final List<String> PAGES = List.of(
            "/",
            "/traffic",
            "/flush",
            "/flush/static.customer1.example/1",
            "/domains",
            "/domains/static.customer1.example?client=127.0.21.1",
            "/network",
            "/billing",
            "/account");

    private static Playwright playwright;
    private static Browser chromium;
    private final Console console = Console.shared();

    @BeforeAll
    static void startBrowser() {
        assumeTrue(Files.isExecutable(CHROMIUM), "needs the capability 'browser': no " + CHROMIUM);
        playwright = Playwright.create(
                new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        chromium = playwright
                .chromium()
                .launch(new BrowserType.LaunchOptions()
                        .setExecutablePath(CHROMIUM)
                        .setArgs(List.of(
                                "--no-sandbox",
                                "--disable-gpu",
                                "--disable-quic",
                                "--no-first-run",
                                "--disable-background-networking",
                                "--disable-component-update",
                                "--disable-sync")));
    }

    @AfterAll
    static void stopBrowser() {
        if (playwright != null) {
            playwright.close();
        }
    }

    private final List<String> complaints = new ArrayList<>();

    private Page signedIn(String user, int width, ColorScheme scheme, boolean scripts) {
        BrowserContext context = chromium.newContext(new Browser.NewContextOptions()
                .setViewportSize(width, width < 500 ? 844 : 900)
                .setColorScheme(scheme)
                .setTimezoneId("Europe/Paris")
                .setJavaScriptEnabled(scripts));
        Page page = context.newPage();
        page.onConsoleMessage(message -> {
            if (message.type().equals("error") || message.type().equals("warning")) {
                complaints.add(page.url() + ": " + message.text());
            }
        });
        page.onPageError(error -> complaints.add(page.url() + ": " + error));
        page.navigate(console.url("/login"));
        page.fill("[name=user]", user);
        page.fill("[name=password]", Console.PASSWORD);
        page.click("button[type=submit]");
        return page;
    }

    private static void picture(Page page, String name) {
        page.screenshot(new Page.ScreenshotOptions()
                .setPath(PICTURES.resolve(name + ".png"))
                .setFullPage(true));
    }

    private static String nameOf(String path) {
        return path.equals("/") ? "overview" : path.substring(1).replaceAll("[^a-z0-9]+", "-");
    }

    @Test
    void everyPageAtEveryWidthInBothThemesWithoutComplaintsOfTheBrowser() {
        for (ColorScheme scheme : new ColorScheme[] {ColorScheme.LIGHT, ColorScheme.DARK}) {
            for (int width : new int[] {1440, 1024, 390}) {
                Page page = signedIn("admin", width, scheme, true);
                for (String path : PAGES) {
                    page.navigate(console.url(path));
                    page.waitForLoadState();
                    picture(
                            page,
                            nameOf(path) + "-" + width + "-" + scheme.name().toLowerCase(java.util.Locale.ROOT));
                    assertThat((Boolean) page.evaluate("document.documentElement.scrollWidth <= innerWidth"))
                            .as("%s at %d is not wider than the window", path, width)
                            .isTrue();
                }
                page.context().close();
            }
        }
        assertThat(complaints).isEmpty();
    }

    @Test
    void accessibleInBothThemes() {
        List<String> violations = new ArrayList<>();
        for (ColorScheme scheme : new ColorScheme[] {ColorScheme.LIGHT, ColorScheme.DARK}) {
            Page page = signedIn("admin", 1280, scheme, true);
            for (String path : PAGES) {
                page.navigate(console.url(path));
                new AxeBuilder(page)
                        .setLegacyMode(true)
                        .analyze()
                        .getViolations()
                        .forEach(rule -> rule.getNodes()
                                .forEach(node -> violations.add(
                                        path + " " + scheme + ": " + rule.getId() + " " + node.getHtml())));
            }
            page.context().close();
        }
        assertThat(violations).isEmpty();
    }

    @Test
    void quietAndBrokenNetworks() {
        console.network.noTraffic();
        Page quiet = signedIn("alice", 1440, ColorScheme.LIGHT, true);
        picture(quiet, "overview-quiet");
        quiet.navigate(console.url("/traffic"));
        picture(quiet, "traffic-quiet");
        console.network.reset();
        for (String node : List.of("log.hq", "edge1.europe", "fetch1.europe", "edge2.westusa")) {
            console.network.stop(node);
        }
        quiet.navigate(console.url("/"));
        picture(quiet, "overview-broken");
        console.network.stop("admin.hq");
        quiet.navigate(console.url("/flush"));
        picture(quiet, "flush-broken");
        assertThat(quiet.content()).contains("stays flushed");
        Page network = signedIn("admin", 1440, ColorScheme.DARK, true);
        network.navigate(console.url("/network"));
        picture(network, "network-broken");
    }

    @Test
    void flushFromTheFormToProgressPerNode() {
        Page page = signedIn("alice", 1440, ColorScheme.LIGHT, true);
        page.navigate(console.url("/flush"));
        page.fill("[name=value]", "/images/logo.png");
        page.click("main button.primary");
        page.waitForURL("**/flush/static.customer1.example/4");
        assertThat(page.content()).contains("Under way").contains("edge1.westusa");
        page.waitForCondition(() -> console.network.asked.stream()
                        .filter(q -> q.equals("GET admin.hq /flushes/static.customer1.example/4"))
                        .count()
                > 2);
        picture(page, "flush-progress");
    }

    @Test
    void withoutScriptsTheEssentialsWork() {
        Page page = signedIn("alice", 1440, ColorScheme.LIGHT, false);
        picture(page, "overview-without-scripts");
        page.navigate(console.url("/traffic"));
        picture(page, "traffic-without-scripts");
        page.navigate(console.url("/flush"));
        page.check("[value=ALL]");
        page.fill("[name=confirm]", "static.customer1.example");
        page.click("main button.primary");
        assertThat(page.url()).endsWith("/flush/static.customer1.example/4");
        assertThat(console.network.asked)
                .anyMatch(q -> q.startsWith("POST admin.hq /flushes") && q.contains("\"kind\":\"ALL\""));
    }

    @Test
    void signInPage() {
        for (ColorScheme scheme : new ColorScheme[] {ColorScheme.LIGHT, ColorScheme.DARK}) {
            Page page = chromium.newPage(
                    new Browser.NewPageOptions().setColorScheme(scheme).setViewportSize(1024, 700));
            page.navigate(console.url("/login"));
            picture(page, "login-" + scheme.name().toLowerCase(java.util.Locale.ROOT));
        }
    }
}
