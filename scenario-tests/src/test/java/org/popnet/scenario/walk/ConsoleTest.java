package org.popnet.scenario.walk;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.ColorScheme;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.popnet.local.LocalNetwork;
import org.popnet.local.state.Login;
import org.popnet.local.testing.Requires;
import org.popnet.local.visit.Visit;

/** A browser: a customer at the console, and a user at the customers' sites. */
@Tag("process")
@Tag("browser")
@Requires("browser")
@ExtendWith(WholeNetwork.class)
class ConsoleTest {
    private static final Path SCREENS = Path.of("target/screens");
    private static final Duration SOON = Duration.ofMinutes(2);

    private LocalNetwork network;
    private Users users;
    private Playwright playwright;

    @BeforeEach
    void whole(LocalNetwork shared) {
        network = shared;
        users = new Users(shared);
        playwright = Playwright.create(
                new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
    }

    @AfterEach
    void close() {
        playwright.close();
    }

    @Test
    void aCustomerSeesItsTrafficAndFlushesItEverywhere() {
        String object = "http://static.customer1.example/img/jnp.svg";
        for (String place : List.of("california", "newyork", "paris")) {
            await().atMost(SOON).until(() -> users.get(place, object).outcome().equals("HIT"));
        }
        try (Browser browser = browser(List.of())) {
            Page page = signIn(browser, "customer1");
            await().atMost(SOON).untilAsserted(() -> {
                page.navigate(console("/traffic"));
                assertThat(page.locator("#content").innerText()).containsPattern("(?i)requests");
                assertThat(page.content()).contains("static.customer1.example");
            });
            page.screenshot(new Page.ScreenshotOptions().setPath(SCREENS.resolve("traffic.png")));

            page.navigate(console("/flush"));
            page.locator("select[name=site]").selectOption("static.customer1.example");
            page.locator("input[name=kind][value=PREFIX]").check();
            page.locator("input[name=value]").fill("/img/");
            page.locator("form.flush-form button[type=submit]").click();
            page.waitForURL(Pattern.compile(".*/flush/static.customer1.example/\\d+.*"));
            page.getByText("Out everywhere").waitFor();
            page.screenshot(new Page.ScreenshotOptions().setPath(SCREENS.resolve("flushed.png")));
        }
        Set<String> asked = new HashSet<>();
        for (String place : List.of("california", "california", "newyork", "newyork", "paris", "paris")) {
            // On a busy machine users may be sent elsewhere meanwhile: what counts is the first answer of each edge.
            Visit visit = users.get(place, object);
            assertThat(visit.outcome())
                    .as("next request from " + place + " to " + visit.server())
                    .isEqualTo(asked.add(visit.server()) ? "MISS" : "HIT");
        }
    }

    @Test
    void oneCustomerSeesNothingOfAnother() {
        try (Browser browser = browser(List.of())) {
            Page page = signIn(browser, "customer2");
            for (String path : List.of(
                    "/traffic?customer=customer1",
                    "/domains/static.customer1.example",
                    "/flush/static.customer1.example/1",
                    "/network")) {
                assertThat(page.navigate(console(path)).status()).as(path).isIn(403, 404);
                assertThat(page.content()).as(path).doesNotContain("alr.svg");
            }
        }
    }

    @Test
    void anAdministratorSeesEveryPopAndProbe() {
        try (Browser browser = browser(List.of())) {
            Page page = signIn(browser, "admin");
            page.navigate(console("/network"));
            assertThat(page.locator("#content").innerText())
                    .contains("westusa", "eastusa", "europe", "edge1.westusa", "fetch1.europe", "probe.eastusa");
            page.screenshot(new Page.ScreenshotOptions()
                    .setPath(SCREENS.resolve("network.png"))
                    .setFullPage(true));
        }
    }

    @Test
    void theCustomersSitesLookAsTheirOwnersMadeThem() {
        String edge = users.resolve("paris", "static.customer1.example") + ":"
                + network.node("edge1.europe").ports().http();
        String server = users.resolve("paris", "www.customer1.example") + ":8080";
        try (Browser browser = browser(List.of("--host-resolver-rules=MAP static.customer1.example " + edge
                + ", MAP *.customer2.example " + edge + ", MAP www.customer1.example " + server))) {
            Page page = browser.newPage();
            List<String> failed = new ArrayList<>();
            Path documentation = network.state().content().resolve("documentation");
            page.onResponse(response -> {
                // The documentation refers to a font that its own archive lacks: that one is rightly not found.
                String path = URI.create(response.url()).getPath();
                boolean exists = !path.startsWith("/api/") || Files.exists(documentation.resolve(path.substring(5)));
                if (response.status() >= 400 && exists) {
                    failed.add(response.url() + " " + response.status());
                }
            });
            page.navigate("http://www.customer1.example/");
            assertThat(page.locator("tbody tr").count()).isEqualTo(12);
            assertThat(page.evaluate("[...document.images].every(i => i.complete && i.naturalWidth > 0)"))
                    .isEqualTo(true);
            page.navigate("http://www.customer2.example/api/index.html");
            assertThat(page.title()).containsIgnoringCase("assertj");
            assertThat(failed).isEmpty();
        }
    }

    /** A media element asks for `bytes=0-`, gives up when it knows enough, and asks again where the user jumps to. */
    @Test
    void mediaIsPlayedFromWhereTheUserJumpsTo() throws IOException {
        byte[] sound = tone(190);
        Files.write(network.state().content().resolve("downloads/tone.wav"), sound);
        String edge = users.resolve("paris", "download.customer2.example") + ":"
                + network.node("edge1.europe").ports().http();
        List<String> jumps = new CopyOnWriteArrayList<>();
        try (Browser browser =
                browser(List.of("--mute-audio", "--host-resolver-rules=MAP *.customer2.example " + edge))) {
            Page page = browser.newPage();
            page.onResponse(response -> {
                String part = response.headerValue("content-range");
                if (response.url().endsWith("/tone.wav") && part != null && !part.startsWith("bytes 0-")) {
                    jumps.add(response.status() + " " + part);
                }
            });
            page.navigate("http://download.customer2.example/");
            Object played = page.evaluate("""
                    async () => {
                      const media = document.createElement('audio');
                      const until = (event, reached) => new Promise((resolve, reject) => {
                        media.addEventListener(event, () => reached() && resolve());
                        media.addEventListener('error', () => reject(new Error(media.error.message)));
                      });
                      const known = until('loadedmetadata', () => true);
                      media.muted = true;
                      media.src = '/tone.wav';
                      document.body.append(media);
                      await known;
                      for (const second of [150, 20, 185]) {
                        const on = until('timeupdate', () => media.currentTime > second + 0.3);
                        media.currentTime = second;
                        await media.play();
                        await on;
                      }
                      await until('ended', () => true);
                      return Math.round(media.duration);
                    }""");
            assertThat(played).isEqualTo(190);
            assertThat(jumps).isNotEmpty().allMatch(jump -> jump.matches("206 bytes \\d+-\\d+/" + sound.length));
            Object bytes = page.evaluate("""
                    async () => {
                      const part = await fetch('/tone.wav', {headers: {Range: 'bytes=20000000-20000099'}});
                      return [...new Uint8Array(await part.arrayBuffer())].join();
                    }""");
            List<String> expected = new ArrayList<>();
            for (int i = 20_000_000; i < 20_000_100; i++) {
                expected.add(Integer.toString(sound[i] & 0xff));
            }
            assertThat(bytes).isEqualTo(String.join(",", expected));
        }
    }

    /** A WAV file of this many seconds, stereo, 44.1 kHz, 16 bits: 176 KB each second. */
    private static byte[] tone(int seconds) {
        int bytes = seconds * 44_100 * 4;
        ByteBuffer file = ByteBuffer.allocate(44 + bytes).order(ByteOrder.LITTLE_ENDIAN);
        file.put("RIFF".getBytes(US_ASCII)).putInt(36 + bytes).put("WAVEfmt ".getBytes(US_ASCII));
        file.putInt(16).putShort((short) 1).putShort((short) 2).putInt(44_100).putInt(44_100 * 4);
        file.putShort((short) 4)
                .putShort((short) 16)
                .put("data".getBytes(US_ASCII))
                .putInt(bytes);
        for (int i = 0; i < seconds * 44_100; i++) {
            short sample = (short) (8000 * Math.sin(2 * Math.PI * (220 + i / 44_100) * i / 44_100));
            file.putShort(sample).putShort(sample);
        }
        return file.array();
    }

    private String console(String path) {
        var node = network.node("netview.hq");
        return "http://" + node.address().getHostAddress() + ":" + node.ports().http() + path;
    }

    private Browser browser(List<String> more) {
        List<String> arguments = new ArrayList<>(List.of(
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync"));
        arguments.addAll(more);
        return playwright
                .chromium()
                .launch(new BrowserType.LaunchOptions()
                        .setExecutablePath(Path.of("/usr/bin/chromium"))
                        .setArgs(arguments));
    }

    private Page signIn(Browser browser, String user) {
        Login login = network.logins().stream()
                .filter(l -> l.name().equals(user))
                .findFirst()
                .orElseThrow();
        BrowserContext context = browser.newContext(
                new Browser.NewContextOptions().setViewportSize(1280, 800).setColorScheme(ColorScheme.LIGHT));
        Page page = context.newPage();
        page.navigate(console("/login"));
        page.locator("input[name=user]").fill(login.name());
        page.locator("input[name=password]").fill(login.password());
        page.locator("button[type=submit]").click();
        page.waitForURL(url -> !url.contains("/login"));
        return page;
    }
}
