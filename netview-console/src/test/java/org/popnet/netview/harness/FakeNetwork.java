package org.popnet.netview.harness;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.popnet.netview.backend.BackendException;
import org.popnet.netview.backend.Backends;
import org.popnet.netview.backend.Billing;
import org.popnet.netview.backend.Flushed;
import org.popnet.netview.backend.NodeReport;
import org.popnet.netview.backend.Traffic;
import org.popnet.netview.backend.Watched;
import org.popnet.platform.message.TargetId;
import org.popnet.platform.tree.NetworkTree;
import org.popnet.platform.tree.Node;
import org.popnet.platform.tree.Service;
import org.springframework.web.util.UriComponents;
import org.springframework.web.util.UriComponentsBuilder;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A network that answers control requests with a plausible day of traffic, or with nothing, or not at all. */
public final class FakeNetwork implements Backends {
    /** Every question that was asked: method, node, path and query. */
    public final List<String> asked = new CopyOnWriteArrayList<>();

    private final Set<String> down = ConcurrentHashMap.newKeySet();
    private final Map<String, Flushed> flushes = new TreeMap<>();
    private final JsonMapper json = new JsonMapper();
    private final NetworkTree tree;
    private volatile boolean traffic = true;
    private volatile long lost;
    private volatile String url = "/images/hero.avif";
    private volatile Instant flushedAt = Instant.now();

    FakeNetwork(NetworkTree tree) {
        this.tree = tree;
        reset();
    }

    public void reset() {
        down.clear();
        traffic = true;
        url = "/images/hero.avif";
        asked.clear();
        synchronized (flushes) {
            flushes.clear();
        }
        flushedAt = Instant.now();
        record("static.customer1.example", "URL", "/images/logo.png", "alice", Duration.ofMinutes(2), true);
        record("static.customer1.example", "TAG", "quotes", "alice", Duration.ofMinutes(47), true);
        record("static.customer1.example", "PREFIX", "/scripts/", "admin", Duration.ofHours(5), true);
    }

    public void stop(String node) {
        down.add(node);
    }

    /** How many requests edges say they had no room for. */
    public void lost(long requests) {
        lost = requests;
    }

    public void noTraffic() {
        traffic = false;
    }

    /** What the most requested URL is from now on. */
    public void topUrl(String text) {
        url = text;
    }

    private Flushed record(String site, String kind, String value, String by, Duration ago, boolean done) {
        List<Flushed.Receipt> receipts = new ArrayList<>();
        for (Service service : List.of(Service.ORIGIN_FETCH, Service.EDGE_CACHE)) {
            tree.nodes(service).forEach(node -> receipts.add(receipt(node, done)));
        }
        synchronized (flushes) {
            long number =
                    flushes.values().stream().filter(f -> f.site().equals(site)).count() + 1;
            Flushed flushed =
                    new Flushed(site, number, kind, value, by, Instant.now().minus(ago), done, receipts);
            flushes.put(site + "/" + number, flushed);
            return flushed;
        }
    }

    private Flushed.Receipt receipt(Node node, boolean done) {
        String name = node.name().toString();
        boolean late = !done && node.service() == Service.EDGE_CACHE;
        boolean failed = down.contains(name);
        return new Flushed.Receipt(
                name,
                node.service().key(),
                failed ? "FAILED" : late ? "PENDING" : "DONE",
                failed || late ? null : (long) (name.hashCode() & 3) + 1,
                failed || late ? null : (long) (name.hashCode() & 15) + 2,
                failed ? "no answer; catches up before it serves" : null);
    }

    @Override
    public <T> T get(Node node, String pathAndQuery, Class<T> type) {
        asked.add("GET " + node.name() + " " + pathAndQuery);
        check(node);
        UriComponents uri = UriComponentsBuilder.fromUriString(pathAndQuery).build();
        String path = String.valueOf(uri.getPath());
        Object answer =
                switch (path) {
                    case "/traffic/summary" -> summary(instant(uri, "from"));
                    case "/traffic/series" -> series(instant(uri, "from"), instant(uri, "to"), uri);
                    case "/traffic/pops" -> pops();
                    case "/traffic/top" -> top(uri);
                    case "/traffic/clients" ->
                        new Traffic.ClientsAnswer(Instant.now(), new Traffic.Clients(traffic ? 48_211 : 0, 0.0163));
                    case "/traffic/current" -> current();
                    case "/billing/statements" -> months();
                    case "/billing/statement" ->
                        new Billing.Statement(
                                months()[1],
                                List.of(
                                        new Billing.Line("", "", 900, 81_000, 70, 2160),
                                        new Billing.Line("=cmd.example", "westusa", 900, 81_000, 70, 2160)),
                                List.of(new Billing.Adjustment(
                                        "2026-09", "static.customer1.example", "europe", 1, 30, 7)));
                    case "/node" ->
                        new NodeReport(
                                node.name().toString(), "UP", node.name().node().equals("edge2") ? 6L : 7L);
                    case "/targets" -> targets();
                    case "/explain" -> explanation(uri);
                    case "/flushes" -> list(String.valueOf(uri.getQueryParams().getFirst("site")));
                    default -> flush(path);
                };
        return type.cast(answer);
    }

    @Override
    public <T> T post(Node node, String path, Object body, Class<T> type) {
        asked.add("POST " + node.name() + " " + path + " " + json.writeValueAsString(body));
        check(node);
        JsonNode order = json.valueToTree(body);
        return type.cast(record(
                order.get("site").asString(),
                order.get("kind").asString(),
                order.get("value").asString(),
                order.get("requestedBy").asString(),
                Duration.ZERO,
                false));
    }

    private void check(Node node) {
        if (down.contains(node.name().toString())) {
            throw new BackendException(0, "https://" + node.address().getHostAddress() + ": Connection refused");
        }
    }

    private static Instant instant(UriComponents uri, String name) {
        return Instant.parse(String.valueOf(uri.getQueryParams().getFirst(name)));
    }

    private Flushed[] list(String site) {
        synchronized (flushes) {
            return flushes.values().stream().filter(f -> f.site().equals(site)).toArray(Flushed[]::new);
        }
    }

    private Flushed flush(String path) {
        Flushed flush;
        synchronized (flushes) {
            flush = flushes.get(path.substring("/flushes/".length()));
        }
        if (flush == null) {
            throw new BackendException(404, "no such flush");
        }
        return flush;
    }

    private Traffic.Summary summary(Instant from) {
        if (!traffic) {
            return new Traffic.Summary(
                    0, 0, 0, 0, 0, Map.of(), null, Instant.now(), Map.of(), Map.of(), null, null, lost);
        }
        boolean earlier = from.isBefore(Instant.now().minus(Duration.ofHours(30)));
        long requests = earlier ? 3_871_204 : 4_318_922;
        return new Traffic.Summary(
                requests,
                requests * 18_400,
                requests * 410,
                (long) (requests * 0.942),
                (long) (requests * 18_400 * (earlier ? 0.952 : 0.964)),
                Map.of("2xx", requests - 80_700, "3xx", 61_000L, "4xx", 18_400L, "5xx", 1_300L),
                earlier ? 12.9 : 11.2,
                Instant.now().minusSeconds(2),
                Map.of("hit", requests),
                Map.of("http/2", requests),
                new Traffic.Percentiles(1.1, 11.2, 80),
                new Traffic.Percentiles(2.2, 30.5, 200),
                lost);
    }

    private Traffic.Series series(Instant from, Instant to, UriComponents uri) {
        Duration step = Duration.parse(String.valueOf(uri.getQueryParams().getFirst("step")));
        List<Traffic.Point> points = new ArrayList<>();
        int index = 0;
        for (Instant time = from; traffic && time.isBefore(to); time = time.plus(step), index++) {
            if (index < 4) {
                continue; // before the first request
            }
            double day = Math.sin((time.getEpochSecond() % 86_400) / 86_400.0 * 2 * Math.PI - 2);
            double noise = Math.sin(index * 12.9898) * 43758.5453;
            double jitter = (noise - Math.floor(noise) - 0.5) * 0.16;
            double rate = 50 * (1 + 0.55 * day) * (1 + jitter) * (index == 70 ? 1.7 : 1);
            long seconds = Math.max(
                    1, Math.min(step.toSeconds(), Duration.between(time, to).toSeconds()));
            long requests = Math.round(rate * seconds);
            long bytes = requests * (16_000 + Math.round(6_000 * jitter * 5));
            points.add(new Traffic.Point(
                    time,
                    requests,
                    bytes,
                    Math.round(requests * 0.94),
                    Math.round(bytes * (0.955 + jitter / 6)),
                    requests - requests / 40 - requests / 160 - requests / 900,
                    requests / 40,
                    requests / 160,
                    index == 52 ? requests / 30 : requests / 900,
                    new Traffic.Percentiles(1.1 + jitter, 9 + 20 * jitter, 70)));
        }
        return new Traffic.Series(step.toString(), Instant.now().minusSeconds(2), points);
    }

    private Traffic.Pops pops() {
        Traffic.Percentiles ms = new Traffic.Percentiles(1.1, 9.8, 70);
        return new Traffic.Pops(
                Instant.now(),
                traffic
                        ? List.of(
                                new Traffic.OfPop("westusa", 2_003_911, 37_011_204_220L, 1_893_000, ms),
                                new Traffic.OfPop("eastusa", 1_402_318, 25_801_400_012L, 1_322_400, ms),
                                new Traffic.OfPop("europe", 912_693, 16_655_560_568L, 853_023, null))
                        : List.of());
    }

    private Traffic.TopAnswer top(UriComponents uri) {
        List<Traffic.Entry> entries =
                switch (String.valueOf(uri.getQueryParams().getFirst("dimension"))) {
                    case "urls" -> urls();
                    case "referrers" -> List.of(new Traffic.Entry("search.example", null, 4_100, 91_000_000));
                    case "agents" -> List.of(new Traffic.Entry("Firefox", null, 9_100, 191_000_000));
                    default -> List.of();
                };
        return new Traffic.TopAnswer(Instant.now(), new Traffic.Top(4_318_922, 12, entries));
    }

    private List<Traffic.Entry> urls() {
        List<Traffic.Entry> urls = new ArrayList<>();
        String[] paths = {
            url,
            "/scripts/app.js",
            "/styles/site.css",
            "/images/logo.png",
            "/fonts/inter-var.woff2",
            "/images/products/kettle-matte-black-1200.avif?fit=cover&v=20261122",
            "/images/icons.svg",
            "/video/intro/720p/segment-00001.m4s",
            "/api/quotes.json",
            "/favicon.ico"
        };
        for (int i = 0; traffic && i < paths.length; i++) {
            urls.add(new Traffic.Entry(
                    paths[i], "static.customer1.example", 812_004 / (i + 1), 9_200_118_221L / (i * i + 1)));
        }
        return urls;
    }

    private static Billing.Head[] months() {
        Instant closed = Instant.parse("2026-11-04T00:00:00Z");
        return new Billing.Head[] {
            new Billing.Head("2026-11", "OPEN", null, closed, false, 5, 500, 5, 13, 0, 0),
            new Billing.Head("2026-10", "CLOSED", closed, closed, false, 900, 81_000, 70, 2160, 1, 30),
            new Billing.Head(
                    "2026-09",
                    "CLOSED",
                    closed,
                    closed,
                    true,
                    1_234_567_890,
                    98_765_432_109_876L,
                    70_000_000,
                    2_160_000_000L,
                    0,
                    0)
        };
    }

    private Traffic.Current current() {
        List<Traffic.Second> seconds = new ArrayList<>();
        Instant now = Instant.ofEpochSecond(Instant.now().getEpochSecond());
        for (int i = 60; i > 0; i--) {
            long requests = traffic ? Math.round(54 + 9 * Math.sin(i / 5.0) + 5 * Math.sin(i * 1.7)) : 0;
            seconds.add(new Traffic.Second(now.minusSeconds(i), requests, requests * 17_800));
        }
        return traffic
                ? new Traffic.Current(57.4, 8_173_760, 131, now, seconds)
                : new Traffic.Current(0, 0, 0, now, seconds);
    }

    private Watched[] targets() {
        List<Watched> targets = new ArrayList<>();
        List<Service> content = List.of(Service.EDGE_CACHE, Service.ORIGIN_FETCH);
        tree.nodes().values().stream()
                .filter(n -> content.contains(n.service()))
                .forEach(node -> {
                    boolean up = !down.contains(node.name().toString());
                    targets.add(watched(
                            "node:" + node.name(), up, 1.8 + (node.name().hashCode() & 7), "no connection"));
                });
        tree.customers().values().forEach(customer -> customer.servers()
                .values()
                .forEach(server -> customer.domains().keySet().forEach(domain -> {
                    TargetId target = TargetId.of(server, domain);
                    targets.add(
                            watched(target.text(), true, 9.2 + (server.name().hashCode() & 15), ""));
                    if (down.contains(target.overIpv6().text())) {
                        targets.add(watched(target.overIpv6().text(), false, 0, "no route"));
                    }
                })));
        return targets.toArray(Watched[]::new);
    }

    private static Watched watched(String target, boolean up, double ms, String reason) {
        List<Watched.VantagePoint> points = List.of(
                new Watched.VantagePoint("probe.westusa", up, ms, 412L, up ? null : reason),
                new Watched.VantagePoint("probe.eastusa", up, ms + 1, 633L, up ? null : reason),
                new Watched.VantagePoint("probe.europe", true, ms + 2, 187L, null));
        return new Watched(target, up ? "UP" : "DOWN", up ? ms : null, 412L, points);
    }

    private JsonNode explanation(UriComponents uri) {
        return json.readTree("""
                {"name": "%s", "type": "A", "client": "%s", "generation": 7, "rule": "default", "ttlSeconds": 20,
                 "latencySource": "MEASURED", "latencyAgeMs": 4211,
                 "distances": [
                   {"pop": "westusa", "latencyMs": 8.2, "lossPercent": 0.0},
                   {"pop": "eastusa", "latencyMs": 70.1, "lossPercent": 0.0},
                   {"pop": "europe", "latencyMs": 140.4, "lossPercent": 0.5}],
                 "scores": [
                   {"round": 1, "group": "westusa", "score": 12.4, "near": true, "chosen": true, "terms": [
                     {"name": "latency", "value": 8.2, "weight": 1.0, "ms": 8.2},
                     {"name": "load", "value": 0.06, "weight": 50.0, "ms": 3.2},
                     {"name": "cost", "value": 1.0, "weight": 1.0, "ms": 1.0}]},
                   {"round": 1, "group": "eastusa", "score": 74.2, "near": false, "chosen": false, "terms": [
                     {"name": "latency", "value": 70.1, "weight": 1.0, "ms": 70.1},
                     {"name": "load", "value": 0.06, "weight": 50.0, "ms": 3.1},
                     {"name": "cost", "value": 1.0, "weight": 1.0, "ms": 1.0}]}],
                 "sources": [
                   {"of": "westusa", "term": "latency", "source": "measured by the probes of westusa, and 12 ms more that its edges see on this prefix's own connections than other POPs' do", "ageMs": 4211},
                   {"of": "node:edge1.westusa", "term": "response", "source": "checks by probe.westusa (2.5 ms), probe.eastusa (71.0 ms)", "ageMs": 812},
                   {"of": "node:edge1.westusa", "term": "load", "source": "its own report: 6.0 %% of its capacity, damped for choices", "ageMs": 640},
                   {"of": "eastusa", "term": "latency", "source": "measured by the probes of eastusa", "ageMs": 3902},
                   {"of": "node:edge1.eastusa", "term": "load", "source": "it has not told lately: counts as idle", "ageMs": null}],
                 "rejected": [
                   {"target": "node:edge1.europe", "reason": "down for 12 s: probe.europe saw “status 503” 0.4 s ago; probe.eastusa saw “status 503” 0.9 s ago; probe.westusa sees it up"},
                   {"target": "node:edge2.westusa", "reason": "does not hold this domain yet: it is at generation 6, the domain came with 7"}],
                 "level": "HEALTHY", "persisted": true, "scope": 24,
                 "kept": {"target": "node:edge1.westusa", "leftMs": 540000, "by": "dns.eastusa", "guess": false},
                 "answer": [{"target": "node:edge1.westusa", "address": "127.0.1.2"}]}
                """.formatted(
                uri.getQueryParams().getFirst("name"), uri.getQueryParams().getFirst("client")));
    }
}
