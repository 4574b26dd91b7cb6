package org.popnet.local.demo;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.popnet.platform.tree.Generation;

/**
 * Customer 1: a small stock exchange. Pages, quotes and search are made for each request; style, script and the
 * companies' marks come from the static domain.
 */
final class QuoteSite implements Site {
    private static final String STATIC = "http://static.customer1.example";
    private static final int QUERY_MAX = 64;
    private static final List<Company> COMPANIES = List.of(
            new Company("ALR", "Aldermoor Rail", "Railways", 84.20),
            new Company("BRW", "Brightwater", "Utilities", 31.75),
            new Company("CBF", "Cobalt Foundry", "Metals", 142.10),
            new Company("DLN", "Dunlin Air", "Airlines", 18.40),
            new Company("EAA", "Elder & Ash", "Furniture", 56.05),
            new Company("FTH", "Fathom Sea", "Shipping", 97.60),
            new Company("GRS", "Garrison Steel", "Metals", 203.90),
            new Company("HLP", "Hollow Peak", "Outdoor", 44.15),
            new Company("IRB", "Ironbark", "Timber", 62.80),
            new Company("JNP", "Juniper Labs", "Pharmaceuticals", 311.45),
            new Company("KST", "Kestrel Post", "Logistics", 27.30),
            new Company("LKS", "Larkspur Foods", "Food", 73.95));

    private record Company(String symbol, String name, String sector, double base) {
        /** Price at a moment: a smooth walk around the base, the same on every mirrored server. */
        double price(Instant at) {
            double t = at.toEpochMilli() / 1000.0;
            int seed = symbol.hashCode();
            return base
                    * (1
                            + 0.012 * Math.sin(t / 7 + seed)
                            + 0.02 * Math.sin(t / 61 + seed * 3)
                            + 0.004 * Math.sin(t / 2.3));
        }
    }

    private record Resource(byte[] bytes, String type, String etag) {}

    private final String server;
    private final InstantSource clock;
    private final String page = new String(load("page.html").bytes, StandardCharsets.UTF_8);
    private final Map<String, Resource> resources = new HashMap<>();

    QuoteSite(String server, InstantSource clock) {
        this.server = server;
        this.clock = clock;
        resources.put("/site.css", load("site.css"));
        resources.put("/ticker.js", load("ticker.js"));
        resources.put("/img/exchange.svg", load("img/exchange.svg"));
        for (Company company : COMPANIES) {
            String path = "img/" + company.symbol.toLowerCase(Locale.ROOT) + ".svg";
            resources.put("/" + path, load(path));
        }
    }

    @Override
    public void serve(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        Resource resource = resources.get(path);
        if (resource != null) {
            send(exchange, resource);
        } else if (path.equals("/")) {
            html(exchange, "Market", table(COMPANIES));
        } else if (path.equals("/search")) {
            search(exchange);
        } else if (path.equals("/quotes.json")) {
            Reply.dynamic(exchange, "application/json", quotes());
        } else {
            Reply.notFound(exchange);
        }
    }

    private void search(HttpExchange exchange) throws IOException {
        String query = query(exchange);
        String wanted = query.toLowerCase(Locale.ROOT);
        List<Company> found = COMPANIES.stream()
                .filter(c -> (c.symbol + " " + c.name + " " + c.sector)
                        .toLowerCase(Locale.ROOT)
                        .contains(wanted))
                .toList();
        html(
                exchange,
                "Search: " + Reply.escape(query),
                found.isEmpty()
                        ? "<p>No company matches. Try a name, a symbol such as <a href=\"/search?q=ALR\">ALR</a> or a"
                                + " sector such as <a href=\"/search?q=metals\">metals</a>.</p>"
                        : table(found));
    }

    private static String query(HttpExchange exchange) {
        String raw = Objects.requireNonNullElse(exchange.getRequestURI().getRawQuery(), "");
        for (String part : raw.split("&")) {
            if (part.startsWith("q=")) {
                String value = URLDecoder.decode(part.substring(2), StandardCharsets.UTF_8);
                return value.substring(0, Math.min(value.length(), QUERY_MAX));
            }
        }
        return "";
    }

    private void html(HttpExchange exchange, String title, String content) throws IOException {
        Reply.dynamic(
                exchange,
                "text/html; charset=utf-8",
                page.replace("{{static}}", STATIC)
                        .replace("{{title}}", title)
                        .replace("{{server}}", Reply.escape(server))
                        .replace("{{content}}", content));
    }

    private String table(List<Company> companies) {
        Instant now = clock.instant();
        return companies.stream()
                .map(company -> row(company, now))
                .collect(Collectors.joining("\n", """
                <table><thead><tr><th>Company<th>Sector<th class="n">Price<th class="n">Today</tr></thead><tbody>
                """, "</tbody></table>"));
    }

    private static String row(Company company, Instant now) {
        double change = change(company, now);
        return """
                <tr data-symbol="%s"><td><img src="%s/img/%s.svg" alt="" width="28" height="28"> <b>%s</b> <i>%s</i>
                <td>%s<td class="n price">%.2f<td class="n change %s">%+.2f %%</tr>""".formatted(
                        company.symbol,
                        STATIC,
                        company.symbol.toLowerCase(Locale.ROOT),
                        Reply.escape(company.name),
                        company.symbol,
                        company.sector,
                        company.price(now),
                        change < 0 ? "down" : "up",
                        change);
    }

    private static double change(Company company, Instant now) {
        return (company.price(now) / company.base - 1) * 100;
    }

    private String quotes() {
        Instant now = clock.instant();
        return COMPANIES.stream()
                .map(c -> String.format(
                        Locale.ROOT, "\"%s\":{\"price\":%.2f,\"change\":%.2f}", c.symbol, c.price(now), change(c, now)))
                .collect(Collectors.joining(",", "{", "}"));
    }

    private static void send(HttpExchange exchange, Resource resource) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", resource.type);
        exchange.getResponseHeaders().set("ETag", resource.etag);
        exchange.getResponseHeaders().set("Cache-Control", "public, max-age=3600");
        exchange.getResponseHeaders().set("Surrogate-Key", resource.type.startsWith("image/") ? "marks" : "theme");
        if (resource.etag.equals(exchange.getRequestHeaders().getFirst("If-None-Match"))) {
            exchange.sendResponseHeaders(304, -1);
            return;
        }
        boolean head = exchange.getRequestMethod().equals("HEAD");
        if (head) {
            exchange.getResponseHeaders().set("Content-Length", Integer.toString(resource.bytes.length));
        }
        exchange.sendResponseHeaders(200, head ? -1 : resource.bytes.length);
        if (!head) {
            try (OutputStream out = exchange.getResponseBody()) {
                out.write(resource.bytes);
            }
        }
    }

    private static Resource load(String name) {
        try (InputStream in = QuoteSite.class.getResourceAsStream("/demo/quotes/" + name)) {
            byte[] bytes = Objects.requireNonNull(in, name).readAllBytes();
            String hash = Generation.sha256(new String(bytes, StandardCharsets.UTF_8));
            return new Resource(bytes, Reply.typeOf(name), "\"" + hash.substring(0, 16) + "\"");
        } catch (IOException e) {
            throw new IllegalStateException("demo resource " + name + " cannot be read", e);
        }
    }
}
