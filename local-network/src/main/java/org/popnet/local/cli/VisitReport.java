package org.popnet.local.cli;

import java.io.PrintWriter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.popnet.local.LocalNetwork;
import org.popnet.local.process.Place;
import org.popnet.local.visit.Resolution;
import org.popnet.local.visit.Visit;
import org.popnet.platform.control.ControlException;
import org.popnet.platform.tree.Node;
import org.popnet.platform.tree.Service;
import tools.jackson.databind.JsonNode;

/** How a visit is told. */
final class VisitReport {
    private VisitReport() {}

    static void line(PrintWriter out, String label, Visit visit) {
        out.printf(
                Locale.ROOT,
                "  %-8s %-4s from %s (%s) in %s: %d, %,d bytes%n",
                label,
                visit.outcome(),
                visit.server(),
                visit.address().getHostAddress(),
                ms(visit.all()),
                visit.status(),
                visit.body().length);
    }

    static void path(PrintWriter out, Visit visit, Place place) {
        Resolution resolution = visit.resolution();
        out.printf(
                "  asked    the resolver of %s: %s, for %d s   (%s)%n",
                place.name(),
                String.join(
                        ", ",
                        resolution.addresses().stream()
                                .map(a -> a.getHostAddress())
                                .toList()),
                resolution.ttl().toSeconds(),
                ms(resolution.took()));
        out.printf(
                Locale.ROOT,
                "  fetched  from %s (%s:%d): %d, %,d bytes   (first byte %s, all %s)%n",
                visit.server(),
                visit.address().getHostAddress(),
                visit.port(),
                visit.status(),
                visit.body().length,
                ms(visit.firstByte()),
                ms(visit.all()));
        out.printf(
                "  cache    %s%n",
                visit.cacheStatus().isEmpty()
                        ? "none: the customer's own server answered"
                        : visit.outcome() + "   " + visit.cacheStatus());
    }

    /** In a few words, why the name server chose so for this place; nothing if it cannot be asked. */
    static void why(PrintWriter out, LocalNetwork network, String name, Place place) {
        explain(network, name, place.resolverAddress(network.instance()).getHostAddress())
                .map(VisitReport::summary)
                .filter(summary -> !summary.isEmpty())
                .ifPresent(summary -> out.println("  why      " + summary));
    }

    /** {@code westusa scores 13.8 ms (latency 11.4, response 1.4, cost 1.0), eastusa 75.2; latency measured}. */
    static String summary(JsonNode explanation) {
        List<JsonNode> rows = explanation
                .path("scores")
                .valueStream()
                .filter(row -> row.path("round").asInt() == 1)
                .sorted(Comparator.comparing((JsonNode row) -> !isChosen(row)).thenComparing(VisitReport::score))
                .toList();
        if (rows.isEmpty()) {
            return "";
        }
        String groups = rows.stream()
                .map(row -> String.format(
                        Locale.ROOT,
                        "%s %.1f ms%s",
                        row.path("group").asString(""),
                        score(row),
                        isChosen(row) ? " (" + terms(row.path("terms")) + ")" : ""))
                .collect(Collectors.joining(", "));
        boolean lowest =
                isChosen(rows.getFirst()) && rows.stream().allMatch(row -> score(rows.getFirst()) <= score(row));
        boolean persisted = explanation.path("persisted").asBoolean();
        String kept = persisted ? "; the client stays where it was before" : "";
        String why = lowest ? "lowest score wins: " : persisted ? "" : "scores this close share clients: ";
        return why + groups + "; distances "
                + explanation.path("latencySource").asString("unknown").toLowerCase(Locale.ROOT) + kept;
    }

    private static double score(JsonNode row) {
        return row.path("score").asDouble();
    }

    private static boolean isChosen(JsonNode row) {
        return row.path("chosen").asBoolean();
    }

    /** What the score is made of; terms that add nothing are left out. */
    static String terms(JsonNode terms) {
        return terms.valueStream()
                .filter(term -> Math.abs(term.path("ms").asDouble()) >= 0.05)
                .map(term -> String.format(
                        Locale.ROOT,
                        "%s %.1f",
                        term.path("name").asString(""),
                        term.path("ms").asDouble()))
                .collect(Collectors.joining(", "));
    }

    /** The first name server's explanation, if one answers. */
    static Optional<JsonNode> explain(LocalNetwork network, String name, String client) {
        for (Node node : network.tree().nodes(Service.DNS).toList()) {
            try {
                return Optional.of(explain(network, node, name, client));
            } catch (ControlException e) {
                if (e.status() != 0) {
                    throw e; // it did answer, and refused
                }
            }
        }
        return Optional.empty();
    }

    /** This name server's explanation of what it answers this place. */
    static JsonNode explain(LocalNetwork network, Node nameServer, String name, Place place) {
        return explain(
                network,
                nameServer,
                name,
                place.resolverAddress(network.instance()).getHostAddress());
    }

    private static JsonNode explain(LocalNetwork network, Node nameServer, String name, String client) {
        String query = "/explain?name=" + encode(name) + "&client=" + encode(client) + "&type=A";
        return network.operator().get(nameServer, query, JsonNode.class);
    }

    static String ms(Duration duration) {
        double ms = duration.toNanos() / 1e6;
        return String.format(Locale.ROOT, ms < 10 ? "%.1f ms" : "%.0f ms", ms);
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
