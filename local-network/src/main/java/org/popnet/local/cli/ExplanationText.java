package org.popnet.local.cli;

import java.util.List;
import java.util.stream.Collectors;
import org.popnet.platform.message.TargetId;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A name server's explanation for reading: the answer and its reason in a sentence each, then all that they rest on. */
final class ExplanationText {
    /** What is read first; whatever else the name server says comes after it. */
    private static final List<String> FIRST = List.of("answer", "scores", "rejected", "sources", "distances");

    private ExplanationText() {}

    static String of(JsonNode explanation) {
        ObjectNode ordered = explanation.deepCopy().asObject();
        FIRST.stream().filter(ordered::has).forEach(field -> ordered.set(field, ordered.remove(field)));
        String why = VisitReport.summary(explanation);
        return answer(explanation) + "\n" + (why.isEmpty() ? "" : "why: " + why + "\n") + "\n" + JsonText.of(ordered);
    }

    /** {@code 127.0.23.1 gets 127.0.3.2 (edge1.europe), for 20 s}. */
    private static String answer(JsonNode explanation) {
        String servers = explanation
                .path("answer")
                .valueStream()
                .map(chosen -> chosen.path("address").asString("") + " ("
                        + new TargetId(chosen.path("target").asString("")).machine() + ")")
                .collect(Collectors.joining(", "));
        String host = explanation.path("host").asString("");
        String given =
                !host.isEmpty() ? "is sent to " + host : servers.isEmpty() ? "gets no address" : "gets " + servers;
        return explanation.path("client").asString("") + " " + given + ", for "
                + explanation.path("ttlSeconds").asLong() + " s";
    }
}
