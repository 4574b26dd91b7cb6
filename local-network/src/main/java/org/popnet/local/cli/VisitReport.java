package org.popnet.local.cli;

import java.io.PrintWriter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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
        String client = place.resolverAddress(network.instance()).getHostAddress();
        try {
            String summary =
                    summary(explain(network, network.tree().nodes(Service.DNS).toList(), name, client, "A"));
            if (!summary.isEmpty()) {
                out.println("  why      " + summary);
            }
        } catch (IllegalStateException e) {
            // the visit itself is what was asked for
        }
    }

    /**
     * {@code lowest score wins: westusa 13.8 ms (latency 11.4, response 1.4, cost 1.0), eastusa 75.2 ms; distances
     * measured}; before it what overrules the scores, if anything does.
     */
    static String summary(JsonNode explanation) {
        List<JsonNode> rows = explanation
                .path("scores")
                .valueStream()
                .filter(row -> row.path("round").asInt() == 1)
                .sorted(Comparator.comparing((JsonNode row) -> !isChosen(row)).thenComparing(VisitReport::score))
                .toList();
        return Stream.of(
                        explanation.path("situation").asString(""),
                        explanation.path("persisted").asBoolean() ? "the client stays where it was before" : "",
                        rows.isEmpty() ? "" : scores(explanation, rows))
                .filter(part -> !part.isEmpty())
                .collect(Collectors.joining("; "));
    }

    private static String scores(JsonNode explanation, List<JsonNode> rows) {
        String groups = rows.stream().map(VisitReport::group).collect(Collectors.joining(", "));
        boolean shared =
                rows.stream().filter(row -> row.path("near").asBoolean()).count() > 1
                        || rows.stream().anyMatch(row -> score(row) < score(rows.getFirst()));
        boolean persisted = explanation.path("persisted").asBoolean();
        String why = persisted ? "" : shared ? "scores this close share clients: " : "lowest score wins: ";
        return why + groups + "; distances " + distances(explanation);
    }

    private static String group(JsonNode row) {
        String terms = isChosen(row) ? terms(row.path("terms")) : "";
        return String.format(
                Locale.ROOT,
                "%s %.1f ms%s",
                row.path("group").asString(""),
                score(row),
                terms.isEmpty() ? "" : " (" + terms + ")");
    }

    /** Where they come from. */
    private static String distances(JsonNode explanation) {
        String source = explanation.path("latencySource").asString("unknown");
        return switch (source) {
            case "TOPOLOGY" -> "guessed from topology: as if the client were where the name server is";
            case "COVERAGE" -> "by the coverage in the tree";
            case "GEOIP" -> "guessed from the database of places";
            case "MEASURED_RESOLVER" -> "measured to its resolver";
            case "NODE" -> "from the POP that it is a node of";
            default -> source.toLowerCase(Locale.ROOT).replace('_', ' ');
        };
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

    /**
     * The explanation of the first of these name servers that answers.
     *
     * @param type A or AAAA
     * @throws IllegalStateException if none answers, with what happened at each
     */
    static JsonNode explain(LocalNetwork network, List<Node> nameServers, String name, String client, String type) {
        List<String> silent = new ArrayList<>();
        for (Node node : nameServers) {
            try {
                return explain(network, node, name, client, type);
            } catch (ControlException e) {
                if (e.status() != 0) {
                    throw e; // it did answer, and refused
                }
                silent.add(node.name() + ": " + e.getMessage());
            }
        }
        throw new IllegalStateException(
                "no name server answers; ./popnet status says more\n  " + String.join("\n  ", silent));
    }

    /** This name server's explanation of what it answers this place. */
    static JsonNode explain(LocalNetwork network, Node nameServer, String name, Place place) {
        String client = place.resolverAddress(network.instance()).getHostAddress();
        return explain(network, nameServer, name, client, "A");
    }

    private static JsonNode explain(LocalNetwork network, Node nameServer, String name, String client, String type) {
        String query = "/explain?name=" + encode(name) + "&client=" + encode(client) + "&type=" + encode(type);
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
