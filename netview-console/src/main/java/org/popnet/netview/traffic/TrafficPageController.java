package org.popnet.netview.traffic;

import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.popnet.netview.backend.Pending;
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
    private static final int URLS = 20;
    private static final int URLS_EXPORTED = 1000;
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
        Pending<List<Traffic.OfUrl>> urls = traffic.urls(query, URLS);

        Reply<Traffic.Summary> summary = sums.join();
        model.addAttribute("figures", figures(summary.value(), before.join().value()));
        model.addAttribute("sums", summary.value());
        model.addAttribute(
                "charts",
                series.join()
                        .map(s -> List.of(
                                TrafficCharts.requestsAndBandwidth(viewing, s),
                                TrafficCharts.hitRatio(viewing, s),
                                TrafficCharts.statusClasses(viewing, s)))
                        .orElse(List.of()));
        model.addAttribute("pops", pops.join().orElse(List.of()));
        model.addAttribute("urls", urls.join().orElse(List.of()));
        Traffic.Summary value = summary.value();
        model.addAttribute("quiet", value != null && value.requests() == 0);
        model.addAttribute(
                "problems",
                Stream.of(summary.problem(), series.join().problem())
                        .filter(Objects::nonNull)
                        .distinct()
                        .toList());
        return "traffic/traffic";
    }

    private static List<Figure> figures(Traffic.@Nullable Summary now, Traffic.@Nullable Summary before) {
        String than = " than before";
        return List.of(
                figure("Requests", now, before, s -> (double) s.requests(), "", than),
                figure("Bytes to users", now, before, s -> (double) s.bytesOut(), "B", than),
                ratio("Hit ratio by requests", now, before, Traffic.Summary::hitRatio, than),
                ratio("Hit ratio by bytes", now, before, Traffic.Summary::hitRatioByBytes, than));
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
                    case "urls" -> urlsCsv(query);
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
                "status_5xx");
        long seconds = viewing.range().step().toSeconds();
        for (Traffic.Point p :
                answered(traffic.series(query, viewing.range().step())).points()) {
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
                    p.status5xx());
        }
        return csv;
    }

    private Csv popsCsv(TrafficQuery query) {
        Csv csv = new Csv("pop", "requests", "bytes_out", "hits");
        answered(traffic.pops(query)).forEach(p -> csv.row(p.pop(), p.requests(), p.bytesOut(), p.hits()));
        return csv;
    }

    private Csv urlsCsv(TrafficQuery query) {
        Csv csv = new Csv("domain", "url", "requests", "bytes_out");
        answered(traffic.urls(query, URLS_EXPORTED))
                .forEach(u -> csv.row(u.domain(), u.url(), u.requests(), u.bytesOut()));
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
