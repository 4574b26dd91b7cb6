package org.popnet.netview.traffic;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.popnet.netview.backend.Pending;
import org.popnet.netview.backend.Problem;
import org.popnet.netview.backend.Reply;
import org.popnet.netview.backend.Traffic;
import org.popnet.netview.backend.TrafficQuery;
import org.popnet.netview.backend.TrafficSource;
import org.popnet.netview.chart.TrafficCharts;
import org.popnet.netview.page.Csv;
import org.popnet.netview.page.Figure;
import org.popnet.netview.page.Format;
import org.popnet.netview.page.NotFound;
import org.popnet.netview.page.Page;
import org.popnet.netview.page.Viewing;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.server.ResponseStatusException;

/** Answers: how much do I use? */
@Page
final class TrafficPageController {
    private static final int SHOWN = 20;
    private static final int EXPORTED = 1000;
    private static final List<String> TOPS = List.of("urls", "referrers", "agents", "countries");

    private final TrafficSource traffic;

    TrafficPageController(TrafficSource traffic) {
        this.traffic = traffic;
    }

    @GetMapping("/traffic")
    String traffic(Viewing viewing, Model model) {
        TrafficQuery query = query(viewing);
        Pending<Traffic.Summary> sums = traffic.summary(query);
        Pending<Traffic.Summary> before = traffic.summary(query.previous());
        Pending<Traffic.Series> series = traffic.series(query, viewing.range().step());
        Pending<List<Traffic.OfPop>> pops = traffic.pops(query);
        Map<String, Pending<Traffic.Top>> tops = new LinkedHashMap<>();
        TOPS.forEach(dimension -> tops.put(dimension, traffic.top(query, dimension, SHOWN)));
        Pending<Traffic.Clients> clients = traffic.clients(query);

        Reply<Traffic.Summary> summary = sums.join();
        model.addAttribute(
                "figures",
                figures(summary.value(), before.join().value(), clients.join().value()));
        model.addAttribute("sums", summary.value());
        model.addAttribute(
                "charts",
                series.join()
                        .map(s -> List.of(
                                TrafficCharts.requestsAndBandwidth(viewing, s),
                                TrafficCharts.hitRatio(viewing, s),
                                TrafficCharts.statusClasses(viewing, s),
                                TrafficCharts.firstByte(viewing, s)))
                        .orElse(List.of()));
        model.addAttribute("pops", pops.join().orElse(List.of()));
        tops.forEach(
                (dimension, top) -> model.addAttribute(dimension, top.join().orElse(Traffic.Top.NONE)));
        Traffic.Summary value = summary.value();
        model.addAttribute("quiet", value != null && value.requests() == 0);
        model.addAttribute(
                "problems",
                Stream.of(summary.problem(), series.join().problem(), lost(value))
                        .filter(Objects::nonNull)
                        .distinct()
                        .toList());
        return "traffic/traffic";
    }

    private static @Nullable Problem lost(Traffic.@Nullable Summary sums) {
        return sums == null || sums.lostRecords() == 0
                ? null
                : new Problem(
                        "Up to " + Format.count(sums.lostRecords())
                                + " requests of this time were served and not counted.",
                        "An edge had no room for its log while the log servers were away: all figures of this time are"
                                + " too low by them, and nobody is billed for them.",
                        "Nothing to do.");
    }

    private static List<Figure> figures(
            Traffic.@Nullable Summary now, Traffic.@Nullable Summary before, Traffic.@Nullable Clients clients) {
        String than = " than before";
        return List.of(
                figure("Requests", now, before, s -> (double) s.requests(), "", than),
                figure("Bytes to users", now, before, s -> (double) s.bytesOut(), "B", than),
                ratio("Hit ratio by requests", now, before, Traffic.Summary::hitRatio, than),
                ratio("Hit ratio by bytes", now, before, Traffic.Summary::hitRatioByBytes, than),
                new Figure(
                        "Client addresses",
                        Format.quantity(clients == null ? null : (double) clients.clients(), ""),
                        null,
                        0,
                        "",
                        now == null ? null : now.dataUpTo(),
                        "estimated, within 5 %"));
    }

    private interface Measure {
        @Nullable Double of(Traffic.Summary summary);
    }

    private static Figure figure(
            String title,
            Traffic.@Nullable Summary now,
            Traffic.@Nullable Summary before,
            Measure measure,
            String unit,
            String than) {
        Double value = now == null ? null : measure.of(now);
        Double earlier = before == null ? null : measure.of(before);
        String change = Figure.relative(value, earlier);
        return new Figure(
                title,
                Format.quantity(value, unit),
                change == null ? null : change + than,
                Figure.trend(value, earlier),
                "",
                now == null ? null : now.dataUpTo(),
                "");
    }

    private static Figure ratio(
            String title,
            Traffic.@Nullable Summary now,
            Traffic.@Nullable Summary before,
            Measure measure,
            String than) {
        Double value = now == null ? null : measure.of(now);
        Double earlier = before == null ? null : measure.of(before);
        String change = Figure.points(value, earlier);
        return new Figure(
                title,
                Format.percentage(value),
                change == null ? null : change + than,
                change == null ? 0 : Figure.trend(value, earlier),
                "",
                now == null ? null : now.dataUpTo(),
                "");
    }

    @GetMapping("/traffic/export/{table}")
    ResponseEntity<byte[]> export(Viewing viewing, @PathVariable("table") String table) {
        TrafficQuery query = query(viewing);
        Csv csv =
                switch (table) {
                    case "series" -> seriesCsv(query, viewing);
                    case "pops" -> popsCsv(query);
                    case "urls", "referrers", "agents", "countries" -> topCsv(query, table);
                    default -> throw new NotFound("table " + table);
                };
        return csv.download("popnet-" + viewing.customer().name() + "-" + table + "-"
                + viewing.range().key() + ".csv");
    }

    private Csv seriesCsv(TrafficQuery query, Viewing viewing) {
        Csv csv = new Csv(
                "time_utc",
                "seconds",
                "requests",
                "bytes_out",
                "hits",
                "hit_bytes",
                "status_2xx",
                "status_3xx",
                "status_4xx",
                "status_5xx",
                "first_byte_p50_ms",
                "first_byte_p95_ms");
        long seconds = viewing.range().step().toSeconds();
        for (Traffic.Point p :
                answered(traffic.series(query, viewing.range().step())).points()) {
            Traffic.Percentiles ms = p.firstByteMs();
            csv.row(
                    p.time(),
                    seconds,
                    p.requests(),
                    p.bytesOut(),
                    p.hits(),
                    p.hitBytes(),
                    p.status2xx(),
                    p.status3xx(),
                    p.status4xx(),
                    p.status5xx(),
                    ms == null ? null : ms.p50(),
                    ms == null ? null : ms.p95());
        }
        return csv;
    }

    private Csv popsCsv(TrafficQuery query) {
        Csv csv = new Csv("pop", "requests", "bytes_out", "hits", "first_byte_p50_ms", "first_byte_p95_ms");
        answered(traffic.pops(query)).forEach(p -> {
            Traffic.Percentiles ms = p.firstByteMs();
            csv.row(
                    p.pop(),
                    p.requests(),
                    p.bytesOut(),
                    p.hits(),
                    ms == null ? null : ms.p50(),
                    ms == null ? null : ms.p95());
        });
        return csv;
    }

    private Csv topCsv(TrafficQuery query, String table) {
        boolean urls = table.equals("urls");
        Csv csv = urls
                ? new Csv("domain", "url", "requests", "bytes_out", "requests_error_max")
                : new Csv(table, "requests", "bytes_out", "requests_error_max");
        Traffic.Top top = answered(traffic.top(query, table, EXPORTED));
        for (Traffic.Entry e : top.entries()) {
            if (urls) {
                csv.row(e.domain(), e.key(), e.requests(), e.bytesOut(), top.errorMax());
            } else {
                csv.row(e.key(), e.requests(), e.bytesOut(), top.errorMax());
            }
        }
        return csv;
    }

    /** A file with half the figures would be taken for the whole: rather none. */
    private static <T> T answered(Pending<T> pending) {
        T value = pending.join().value();
        if (value == null) {
            throw new ResponseStatusException(HttpStatus.BAD_GATEWAY);
        }
        return value;
    }

    private static TrafficQuery query(Viewing viewing) {
        return new TrafficQuery(viewing.customer().name(), viewing.domainName(), viewing.from(), viewing.now());
    }
}
