package org.popnet.caching;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;
import java.util.TreeSet;

/**
 * Which request fields select among the responses stored for one URI (RFC 9111 §4.1).
 *
 * @param any whether the response said {@code *}: no later request ever matches
 * @param fields names in lower case, sorted, each once
 */
public record Vary(boolean any, List<String> fields) {
    public static final Vary NONE = new Vary(false, List.of());

    public Vary {
        fields = List.copyOf(fields);
    }

    /** What a response's {@code Vary} lines name together. */
    public static Vary of(Headers response) {
        if (!response.contains("Vary")) {
            return NONE;
        }
        TreeSet<String> names = new TreeSet<>();
        for (String member : response.members("Vary")) {
            names.add(member.toLowerCase(Locale.ROOT));
        }
        return names.contains("*") ? new Vary(true, List.of()) : new Vary(false, List.copyOf(names));
    }

    /**
     * The secondary cache key of a request: equal for requests whose selecting fields match after normalisation.
     * Whitespace and the order of lines never matter; members of {@code Accept-Encoding} and {@code Accept-Language}
     * match in any case.
     */
    public String key(Headers request) {
        if (fields.isEmpty()) {
            return "";
        }
        StringJoiner key = new StringJoiner("\n");
        for (String field : fields) {
            key.add(request.contains(field) ? "=" + normalised(field, request) : "");
        }
        return key.toString();
    }

    private static String normalised(String field, Headers request) {
        List<String> members = request.members(field);
        return switch (field) {
            case "accept-encoding", "accept-language", "accept" -> {
                String joined = String.join(",", members).toLowerCase(Locale.ROOT);
                // Around ';' and '=' whitespace means nothing; the order of members does not either.
                String[] parts = joined.replace(" ", "").replace("\t", "").split(",");
                Arrays.sort(parts);
                yield String.join(",", parts);
            }
            default -> String.join(",", members);
        };
    }
}
