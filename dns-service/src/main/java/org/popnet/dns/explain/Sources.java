package org.popnet.dns.explain;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.popnet.dns.knowledge.Knowledge;
import org.popnet.dns.knowledge.TargetReport;
import org.popnet.dns.knowledge.TargetReport.VantagePointReport;
import org.popnet.dns.knowledge.View;
import org.popnet.dns.steering.Candidate;
import org.popnet.dns.steering.CandidateGroup;
import org.popnet.dns.steering.ClientView;
import org.popnet.dns.steering.Latencies;
import org.popnet.dns.steering.Topology;
import org.popnet.dns.steering.Trace;

/** Who says what a score is made of, and how long ago. */
final class Sources {
    private final Knowledge knowledge;
    private final Topology topology;
    private final ClientView where;
    private final Latencies latencies;
    private final int row;
    private final long[] ages;

    Sources(Knowledge knowledge, View view, ClientView where, long nowMs) {
        this.knowledge = knowledge;
        this.where = where;
        topology = view.zone().topology();
        ages = new long[topology.pops()];
        latencies = view.latencies();
        row = where.source() == ClientView.Source.MEASURED
                ? view.latencies().row(where.prefixHigh(), where.prefixLow())
                : Latencies.ABSENT;
        if (row == Latencies.ABSENT) {
            Arrays.fill(ages, -1);
        } else {
            view.latencies().ages(row, nowMs, ages);
        }
    }

    /**
     * Where one figure comes from.
     *
     * @param of the POP or server
     * @param term which of the score
     * @param ageMs of the oldest measurement in it; null if it was not measured
     */
    record Source(
            String of, String term, String source, @Nullable Long ageMs) {}

    /** The sources of all terms of a candidate that count. */
    List<Source> of(Trace.Row row) {
        List<Source> sources = new ArrayList<>();
        CandidateGroup group = row.group();
        for (Trace.Term term : row.terms()) {
            if (term.weight() == 0) {
                continue;
            }
            switch (term.name()) {
                case "latency" -> sources.add(latency(group, row.via()));
                case "response" -> response(group, sources);
                case "load" -> load(group, sources);
                case "loss", "cost" -> {} // loss comes with the latency, cost stands in the tree
                default -> throw new IllegalStateException("a term without a source: " + term.name());
            }
        }
        return sources;
    }

    private Source latency(CandidateGroup group, int via) {
        if (group.pop() != CandidateGroup.SERVER) {
            return new Source(group.name(), "latency", distance(group.pop()), age(group.pop()));
        }
        if (via < 0) {
            return new Source(
                    group.name(), "latency", "a guess: no probe has measured it, so farther than the farthest", null);
        }
        TargetReport report = knowledge.target(group.members()[0].id());
        String there = "then from " + topology.names().get(via) + " to it: measured by the probes there";
        Long client = age(via);
        Long server = report == null ? null : report.ageMs();
        return new Source(
                group.name(),
                "latency",
                "to " + topology.names().get(via) + ": " + distance(via) + "; " + there,
                client == null ? server : server == null ? client : Long.valueOf(Math.max(client, server)));
    }

    private @Nullable Long age(int pop) {
        if (where.source() == ClientView.Source.MEASURED) {
            return ages[pop] < 0 ? null : ages[pop];
        }
        return where.ageMs() < 0 ? null : where.ageMs();
    }

    /** Says, too, what users' own connections add to it. */
    private String distance(int pop) {
        float added = row == Latencies.ABSENT ? 0 : latencies.correctionMs(row, pop);
        return added == 0
                ? source(pop)
                : String.format(
                        Locale.ROOT,
                        "%s, and %.0f ms more that its edges see on this prefix's own connections than other POPs' do",
                        source(pop),
                        added);
    }

    private String source(int pop) {
        String name = topology.names().get(pop);
        return switch (where.source()) {
            case MEASURED ->
                ages[pop] < 0
                        ? "a guess: " + name + " has not measured this client, so farther than the farthest that has"
                        : "measured by the probes of " + name;
            case MEASURED_RESOLVER -> "measured by the probes of " + name + " to the resolver that asks";
            case COVERAGE -> "the tree: a POP's coverage holds this client, and the distance between POPs";
            case GEOIP -> "the database of places, and the distance to " + name;
            case NODE -> "the client is a node of a POP, and the distance between POPs";
            case TOPOLOGY -> "a guess: the client is where this name server is";
        };
    }

    private void response(CandidateGroup group, List<Source> sources) {
        for (Candidate member : group.members()) {
            TargetReport report = knowledge.target(member.id());
            if (report == null || report.vantagePoints().isEmpty()) {
                sources.add(new Source(member.id().text(), "response", "no probe has checked it: counts as 0", null));
                continue;
            }
            String by = report.vantagePoints().stream()
                    .map(Sources::seen)
                    .collect(Collectors.joining(", ", "checks by ", ""));
            Long age = report.vantagePoints().stream()
                    .map(VantagePointReport::ageMs)
                    .max(Long::compare)
                    .orElse(null);
            sources.add(new Source(member.id().text(), "response", by, age));
        }
    }

    private static String seen(VantagePointReport point) {
        Double ms = point.responseMs();
        String took = ms == null ? "" : String.format(Locale.ROOT, "%.1f ms", ms);
        Boolean up = point.up();
        String state = up == null ? "undecided" : up ? "" : "down";
        String reason = point.reason() == null ? "" : point.reason();
        String said = Stream.of(took, state, reason).filter(s -> !s.isEmpty()).collect(Collectors.joining(", "));
        return point.probe() + (said.isEmpty() ? "" : " (" + said + ")");
    }

    private void load(CandidateGroup group, List<Source> sources) {
        for (Candidate member : group.members()) {
            TargetReport report = knowledge.target(member.id());
            Double load = report == null ? null : report.load();
            if (report == null || load == null) {
                sources.add(new Source(member.id().text(), "load", "it has not told lately: counts as idle", null));
                continue;
            }
            Double away = report.turnsAway();
            String shed = away == null || away == 0
                    ? ""
                    : String.format(Locale.ROOT, "; turns away %.0f %% of its clients", 100 * away);
            String said = String.format(
                    Locale.ROOT, "its own report: %.1f %% of its capacity, damped for choices%s", 100 * load, shed);
            sources.add(new Source(member.id().text(), "load", said, report.loadAgeMs()));
        }
    }
}
