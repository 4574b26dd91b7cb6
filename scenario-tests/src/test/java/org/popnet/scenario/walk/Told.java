package org.popnet.scenario.walk;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** What a name server says of an answer that it gives. */
record Told(JsonNode json) {
    /** A single fact; empty if there is none. */
    String fact(String name) {
        return json.path(name).asString("");
    }

    /** The groups that were scored, whether or not they were chosen. */
    Set<String> groups() {
        return scores().map(row -> row.path("group").asString()).collect(Collectors.toSet());
    }

    String chosenGroup() {
        return scores().filter(row -> row.path("chosen").asBoolean())
                .map(row -> row.path("group").asString())
                .collect(Collectors.joining(" "));
    }

    private Stream<JsonNode> scores() {
        return json.path("scores").valueStream();
    }

    Set<String> answer() {
        return json.path("answer")
                .valueStream()
                .map(chosen -> chosen.path("address").asString())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Whoever could not be chosen, with the reason. */
    List<String> rejected() {
        return json.path("rejected")
                .valueStream()
                .map(out -> out.path("target").asString() + ": "
                        + out.path("reason").asString())
                .toList();
    }

    /** Whoever answers although it is down, with the reason why it is. */
    List<String> downAndAnswering() {
        return json.path("sources")
                .valueStream()
                .filter(source -> source.path("term").asString().equals("health"))
                .map(source -> source.path("of").asString() + ": "
                        + source.path("source").asString())
                .toList();
    }
}
