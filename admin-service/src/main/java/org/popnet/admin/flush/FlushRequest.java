package org.popnet.admin.flush;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.popnet.platform.flush.FlushOrder.Kind;

/**
 * Somebody's wish to remove content.
 *
 * @param site a domain of the tree
 * @param kind URL, PREFIX, WILDCARD, TAG or ALL
 * @param value an absolute path with query (URL), its beginning (PREFIX), a pattern with {@code *} (WILDCARD), a
 *     surrogate key (TAG); absent or empty for ALL
 * @param requestedBy who wants it, for the record
 */
record FlushRequest(
        @Nullable String site,
        @Nullable String kind,
        @Nullable String value,
        @Nullable String requestedBy) {
    private static final int VALUE_MAX = 2048;
    private static final int TAG_MAX = 256;
    private static final int NAME_MAX = 200;

    Optional<Kind> parsedKind() {
        return Arrays.stream(Kind.values()).filter(k -> k.name().equals(kind)).findFirst();
    }

    String text() {
        return value == null ? "" : value;
    }

    /** What is wrong with it, in a sentence that says what is allowed. */
    Optional<String> problem() {
        Optional<Kind> parsed = parsedKind();
        if (parsed.isEmpty()) {
            return Optional.of("kind '" + cut(kind) + "': must be one of "
                    + Arrays.stream(Kind.values()).map(Kind::name).collect(Collectors.joining(", ")));
        }
        if (requestedBy == null
                || requestedBy.isBlank()
                || requestedBy.length() > NAME_MAX
                || hasControl(requestedBy)) {
            return Optional.of("requestedBy: must be a name of 1 to " + NAME_MAX + " characters, for the record");
        }
        return switch (parsed.get()) {
            case URL, PREFIX, WILDCARD -> path(parsed.get());
            case TAG -> tag();
            case ALL ->
                text().isEmpty()
                        ? Optional.empty()
                        : Optional.of("value '" + cut(value) + "': must be empty for kind ALL");
        };
    }

    private Optional<String> path(Kind kind) {
        boolean allowed = text().startsWith("/") && text().length() <= VALUE_MAX && !hasControl(text());
        return allowed
                ? Optional.empty()
                : Optional.of("value '" + cut(value) + "' for kind " + kind + ": must begin with '/', be " + VALUE_MAX
                        + " characters at most (this has " + text().length()
                        + ") and hold no spaces or control characters");
    }

    private Optional<String> tag() {
        boolean allowed = !text().isEmpty() && text().length() <= TAG_MAX && !hasControl(text());
        return allowed
                ? Optional.empty()
                : Optional.of("value '" + cut(value) + "' for kind TAG: must be a surrogate key of 1 to " + TAG_MAX
                        + " characters without spaces or control characters");
    }

    private boolean hasControl(String text) {
        boolean name = text.equals(requestedBy);
        return text.chars().anyMatch(c -> Character.isISOControl(c) || c == ' ' && !name);
    }

    private static String cut(@Nullable String text) {
        if (text == null) {
            return "";
        }
        String plain = text.replaceAll("\\p{Cntrl}", "?");
        return plain.length() <= 80 ? plain : plain.substring(0, 80) + "…";
    }
}
