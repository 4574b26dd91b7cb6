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
        ordered.remove("situation"); // said already
        FIRST.stream().filter(ordered::has).forEach(field -> ordered.set(field, ordered.remove(field)));
        String why = VisitReport.summary(explanation);
        return answer(explanation) + "\n" + (why.isEmpty() ? "" : "why: " + why + "\n") + "\n" + JsonText.of(ordered);
    }

    /** {@code 127.0.23.1 gets 127.0.3.2 (edge1.europe), for 20 s}. */
    private static String answer(JsonNode explanation) {
        String client = explanation.path("client").asString("");
        String servers = explanation
                .path("answer")
                .valueStream()
                .map(chosen -> chosen.path("address").asString("") + " ("
                        + new TargetId(chosen.path("target").asString("")).machine() + ")")
                .collect(Collectors.joining(", "));
        String host = explanation.path("host").asString("");
        if (explanation.path("rcode").asString("").equals("SERVFAIL")) {
            return client + " gets an error (SERVFAIL)";
        }
        if (host.isEmpty() && servers.isEmpty()) {
            return client + " gets no address (NODATA)";
        }
        return client + (host.isEmpty() ? " gets " + servers : " is sent to " + host) + ", for "
                + explanation.path("ttlSeconds").asLong() + " s";
    }
}
