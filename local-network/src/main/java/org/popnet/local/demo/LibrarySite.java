package org.popnet.local.demo;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Customer 2: the documentation of a well-known Java library (a real site of over a thousand files) behind a front page
 * made anew for each visitor, and its downloads. Pages that know the visitor are not for caches, the files are.
 */
final class LibrarySite implements Site {
    private static final Duration PAGES = Duration.ofMinutes(10);
    private static final Duration DOWNLOADS = Duration.ofDays(1);

    private final String server;
    private final Path documentation;
    private final Path downloads;

    LibrarySite(String server, Path documentation, Path downloads) {
        this.server = server;
        this.documentation = documentation;
        this.downloads = downloads;
    }

    @Override
    public void serve(HttpExchange exchange) throws IOException {
        String host = Objects.requireNonNullElse(exchange.getRequestHeaders().getFirst("Host"), "");
        String path = exchange.getRequestURI().getPath();
        if (host.startsWith("download.")) {
            serveDownload(exchange, path);
        } else if (path.equals("/")) {
            front(exchange);
        } else if (path.startsWith("/api/")) {
            send(exchange, documentation, path.substring("/api/".length()), PAGES);
        } else {
            Reply.notFound(exchange);
        }
    }

    private void front(HttpExchange exchange) throws IOException {
        String visitor = visitor(exchange);
        Reply.dynamic(exchange, "text/html; charset=utf-8", """
                <!doctype html><html lang="en"><meta charset="utf-8"><title>Assertions library</title>
                <link rel="stylesheet" href="/api/resource-files/stylesheet.css">
                <main style="max-width:40rem;margin:3rem auto;font:16px/1.6 system-ui,sans-serif">
                <h1>Fluent assertions for Java</h1>
                <p>The library's documentation, all %d pages of it, served from the point of presence nearest to you.</p>
                <p><a href="/api/index.html">Read the documentation</a> ·
                <a href="http://download.customer2.example/">Downloads</a></p>
                <p style="color:#57606a">This page was made for visitor <code>%s</code> by server <b>%s</b>.</p></main>
                """.formatted(pages(), visitor, server));
    }

    private long pages() throws IOException {
        try (Stream<Path> files = Files.walk(documentation)) {
            return files.filter(f -> f.toString().endsWith(".html")).count();
        }
    }

    private static String visitor(HttpExchange exchange) {
        String cookie = Objects.requireNonNullElse(exchange.getRequestHeaders().getFirst("Cookie"), "");
        int at = cookie.indexOf("visitor=");
        if (at >= 0
                && cookie.length() >= at + 16
                && cookie.substring(at + 8, at + 16).matches("[0-9a-f]{8}")) {
            return cookie.substring(at + 8, at + 16);
        }
        String visitor = UUID.randomUUID().toString().substring(0, 8);
        exchange.getResponseHeaders().add("Set-Cookie", "visitor=" + visitor + "; Path=/; HttpOnly; SameSite=Lax");
        return visitor;
    }

    private void serveDownload(HttpExchange exchange, String path) throws IOException {
        if (!path.equals("/")) {
            send(exchange, downloads, path.substring(1), DOWNLOADS);
            return;
        }
        List<Path> files;
        try (Stream<Path> listed = Files.list(downloads)) {
            files = listed.sorted().toList();
        }
        String rows = files.stream()
                .map(file -> "<tr><td><a href=\"/%1$s\">%1$s</a><td style=\"text-align:right\">%2$.1f MB"
                        .formatted(
                                Reply.escape(file.getFileName().toString()),
                                file.toFile().length() / 1e6))
                .collect(Collectors.joining("\n"));
        exchange.getResponseHeaders().set("Cache-Control", "public, max-age=60");
        Reply.text(exchange, 200, "text/html; charset=utf-8", """
                <!doctype html><html lang="en"><meta charset="utf-8"><title>Downloads</title>
                <main style="max-width:40rem;margin:3rem auto;font:16px/1.6 system-ui,sans-serif"><h1>Downloads</h1>
                <table style="width:100%%">%s</table></main>
                """.formatted(rows));
    }

    private static void send(HttpExchange exchange, Path root, String relative, Duration maxAge) throws IOException {
        Path file = root.resolve(relative).normalize();
        if (!file.startsWith(root) || !Files.isRegularFile(file)) {
            Reply.notFound(exchange);
            return;
        }
        boolean image = file.toString().toLowerCase(Locale.ROOT).matches(".*\\.(png|gif|svg|css|js|woff2)");
        StaticFile.send(exchange, file, image ? DOWNLOADS : maxAge);
    }
}
