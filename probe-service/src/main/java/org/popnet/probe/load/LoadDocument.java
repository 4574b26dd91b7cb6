package org.popnet.probe.load;

import java.io.IOException;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a customer's server says of its load: one JSON object, every member of which may be left out.
 *
 * <ul>
 *   <li>{@code cpu}, {@code memory}, {@code bandwidth}: shares in use, 0 to 1
 *   <li>{@code connections} and {@code connections-max}: open ones, and how many there may be
 *   <li>{@code requests-per-second}
 * </ul>
 *
 * @param share the worst of the shares; 0 if there is none
 */
record LoadDocument(double requestsPerSecond, double share) {
    static final int BYTES_MAX = 4096;
    private static final double SHARE_MAX = 100;
    private static final double COUNT_MAX = 1e9;
    private static final JsonMapper JSON = JsonMapper.builder().build();

    /** @throws IOException if it is something else, saying what */
    static LoadDocument parse(String text) throws IOException {
        JsonNode document;
        try {
            document = JSON.readTree(text);
        } catch (JacksonException e) {
            throw new IOException("the load document is no JSON: " + e.getOriginalMessage(), e);
        }
        if (!document.isObject()) {
            throw new IOException("the load document is no JSON object");
        }
        double share = 0;
        for (String name : List.of("cpu", "memory", "bandwidth")) {
            share = Math.max(share, number(document, name, SHARE_MAX));
        }
        double connections = number(document, "connections", COUNT_MAX);
        double connectionsMax = number(document, "connections-max", COUNT_MAX);
        if (connectionsMax > 0) {
            share = Math.max(share, connections / connectionsMax);
        }
        return new LoadDocument(number(document, "requests-per-second", COUNT_MAX), share);
    }

    private static double number(JsonNode document, String name, double max) throws IOException {
        JsonNode value = document.path(name);
        if (value.isMissingNode() || value.isNull()) {
            return 0;
        }
        double number = value.isNumber() ? value.asDouble() : Double.NaN;
        if (!(number >= 0 && number <= max)) {
            String shown = value.toString();
            throw new IOException("'" + name + "' of the load document is "
                    + shown.substring(0, Math.min(40, shown.length())) + ": must be a number from 0 to " + (long) max);
        }
        return number;
    }
}
