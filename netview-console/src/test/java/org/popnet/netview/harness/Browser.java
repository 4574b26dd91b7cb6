package org.popnet.netview.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.CookieManager;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Someone with cookies who follows no redirects. */
public final class Browser {
    private static final Pattern TOKEN = Pattern.compile("name=\"_csrf\" value=\"([^\"]+)\"");

    static {
        System.setProperty("jdk.httpclient.allowRestrictedHeaders", "host");
    }

    private final Console console;
    private final CookieManager cookies = new CookieManager();
    private final HttpClient client = HttpClient.newBuilder()
            .cookieHandler(cookies)
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();

    public Browser(Console console) {
        this.console = console;
    }

    public static Browser of(Console console, String user) {
        Browser browser = new Browser(console);
        HttpResponse<String> response = browser.signIn(user, Console.PASSWORD);
        if (response.statusCode() != 302) {
            throw new AssertionError("sign-in of " + user + " answered " + response.statusCode());
        }
        return browser;
    }

    public HttpResponse<String> signIn(String user, String password) {
        return post("/login", "/login", Map.of("user", user, "password", password));
    }

    public HttpResponse<String> get(String path) {
        return send(HttpRequest.newBuilder(URI.create(console.url(path))));
    }

    /** Submits a form as a browser does: with the token of the page it stands in. */
    public HttpResponse<String> post(String page, String path, Map<String, String> fields) {
        Map<String, String> all = new java.util.HashMap<>(fields);
        all.put("_csrf", token(page));
        return postWithoutToken(path, all);
    }

    public HttpResponse<String> postWithoutToken(String path, Map<String, String> fields) {
        String body = fields.entrySet().stream()
                .map(f -> f.getKey() + "=" + URLEncoder.encode(f.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
        return send(HttpRequest.newBuilder(URI.create(console.url(path)))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    public String token(String page) {
        Matcher matcher = TOKEN.matcher(get(page).body());
        if (!matcher.find()) {
            throw new AssertionError(page + " has no form with a token");
        }
        return matcher.group(1);
    }

    public HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return client.send(request.setHeader("Accept", "text/html").build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    public String sessionId() {
        return cookies.getCookieStore().getCookies().stream()
                .filter(c -> c.getName().equals("netview"))
                .map(c -> c.getValue())
                .findFirst()
                .orElse("");
    }
}
