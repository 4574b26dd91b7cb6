package org.popnet.netview.overview;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.popnet.netview.backend.Fleet;
import org.popnet.netview.backend.FlushDesk;
import org.popnet.netview.backend.Flushed;
import org.popnet.netview.backend.Pending;
import org.popnet.netview.backend.Problem;
import org.popnet.netview.backend.Reply;
import org.popnet.netview.backend.Traffic;
import org.popnet.netview.backend.TrafficQuery;
import org.popnet.netview.backend.TrafficSource;
import org.popnet.netview.backend.Watched;
import org.popnet.netview.chart.Chart;
import org.popnet.netview.chart.TrafficCharts;
import org.popnet.netview.network.PopState;
import org.popnet.netview.page.Page;
import org.popnet.netview.page.TimeRange;
import org.popnet.netview.page.Viewing;
import org.popnet.platform.tree.Domain;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;

/** Answers: is my site fast and up? */
@Page
final class OverviewController {
    private static final int FLUSHES = 6;
    private final TrafficSource traffic;
    private final FlushDesk flushes;
    private final Fleet fleet;

    OverviewController(TrafficSource traffic, FlushDesk flushes, Fleet fleet) {
        this.traffic = traffic;
        this.flushes = flushes;
        this.fleet = fleet;
    }

    /** A POP with its share of the customer's requests; null if not known. */
    record PopLine(PopState state, @Nullable Double share) {}

    /** A server or node that does not answer. */
    record Outage(String name, Watched target) {}

    @GetMapping("/")
    String overview(Viewing viewing, Model model) {
        TrafficQuery shown =
                new TrafficQuery(viewing.customer().name(), viewing.domainName(), viewing.from(), viewing.now());
        TrafficQuery day =
                new TrafficQuery(shown.customer(), shown.domain(), TimeRange.DAY.from(viewing.now()), viewing.now());
        Pending<Traffic.Current> current = traffic.current(shown);
        Pending<Traffic.Summary> today = traffic.summary(day);
        Pending<Traffic.Summary> yesterday = traffic.summary(day.previous());
        Pending<Traffic.Series> series = traffic.series(shown, viewing.range().step());
        Pending<List<Traffic.OfPop>> pops = traffic.pops(shown);
        Pending<List<Watched>> watched = fleet.watched();
        Pending<List<Flushed>> latest = flushes.latest(
                viewing.pickedDomains().stream().map(Domain::name).toList(), FLUSHES);

        Reply<Traffic.Series> drawn = series.join();
        model.addAttribute(
                "figures",
                Figures.of(
                        current.join().value(),
                        today.join().value(),
                        yesterday.join().value(),
                        drawn.value()));
        Chart chart =
                drawn.map(s -> TrafficCharts.requestsAndBandwidth(viewing, s)).value();
        model.addAttribute("chart", chart);
        Traffic.Summary sums = today.join().value();
        model.addAttribute("quiet", chart != null && !chart.hasData() && sums != null && sums.requests() == 0);

        List<Watched> targets = watched.join().orElse(List.of());
        model.addAttribute("pops", popLines(viewing, targets, pops.join().value()));
        model.addAttribute("outages", outages(viewing, targets));
        model.addAttribute("flushes", latest.join());
        model.addAttribute("problems", problems(drawn, watched.join()));
        return "overview/overview";
    }

    private static List<PopLine> popLines(
            Viewing viewing, List<Watched> targets, @Nullable List<Traffic.OfPop> traffic) {
        Map<String, Watched> byTarget =
                targets.stream().collect(Collectors.toMap(Watched::target, Function.identity(), (a, b) -> a));
        Map<String, Long> requests = traffic == null
                ? Map.of()
                : traffic.stream().collect(Collectors.toMap(Traffic.OfPop::pop, Traffic.OfPop::requests, Long::sum));
        long all = requests.values().stream().mapToLong(Long::longValue).sum();
        return viewing.tree().pops().values().stream()
                .filter(PopState::servesContent)
                .map(pop -> new PopLine(
                        PopState.of(pop, byTarget),
                        all == 0 ? null : (double) requests.getOrDefault(pop.name(), 0L) / all))
                .toList();
    }

    /** What is down and concerns this customer: its own servers, and the network's nodes that serve content. */
    private static List<Outage> outages(Viewing viewing, List<Watched> targets) {
        String own = "server:" + viewing.customer().name() + "/";
        List<Outage> outages = new ArrayList<>();
        for (Watched target : targets) {
            if (target.state().equals("DOWN")
                    && (target.target().startsWith("node:") || target.target().startsWith(own))) {
                outages.add(new Outage(target.target().substring(target.target().indexOf(':') + 1), target));
            }
        }
        return outages;
    }

    private static List<Problem> problems(Reply<?>... replies) {
        return Stream.of(replies)
                .map(Reply::problem)
                .filter(Objects::nonNull)
                .distinct()
                .toList();
    }
}
