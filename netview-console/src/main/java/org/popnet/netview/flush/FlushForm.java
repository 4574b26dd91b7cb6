package org.popnet.netview.flush;

import java.net.URI;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.popnet.netview.backend.Problem;
import org.popnet.platform.flush.FlushOrder;

/** What someone typed into the flush form, right or wrong; shown again as it was when it is wrong. */
record FlushForm(
        @Nullable String site,
        @Nullable String kind,
        @Nullable String value,
        @Nullable String confirm) {
    private static final int VALUE_CHARS_MAX = 2048;
    private static final Pattern TAG = Pattern.compile("[\\x21-\\x7e]{1,256}");
    private static final Pattern EVERYTHING = Pattern.compile("/?\\**");
    private static final String UNCHANGED = "Nothing was flushed.";

    private Optional<FlushOrder.Kind> wantedKind() {
        String wanted = kind == null || kind.isEmpty() ? "URL" : kind;
        return Arrays.stream(FlushOrder.Kind.values())
                .filter(k -> k.name().equals(wanted))
                .findFirst();
    }

    /** The kind, {@code URL} unless chosen; for the template also while the form is wrong. */
    public String chosen() {
        return wantedKind().orElse(FlushOrder.Kind.URL).name();
    }

    FlushOrder.Kind checkedKind() {
        return wantedKind().orElseThrow();
    }

    /** A whole address pasted into the field counts as its path and query. */
    String checkedValue() {
        String text = value == null ? "" : value.strip();
        if (checkedKind() == FlushOrder.Kind.ALL) {
            return "";
        }
        if (checkedKind() != FlushOrder.Kind.TAG && text.matches("https?://[^/]+/.*")) {
            return text.substring(text.indexOf('/', "https://".length()));
        }
        return text;
    }

    /** Whether this removes the whole site, however it is put. */
    boolean everything() {
        return switch (checkedKind()) {
            case ALL -> true;
            case PREFIX, WILDCARD -> EVERYTHING.matcher(checkedValue()).matches();
            case URL, TAG -> false;
        };
    }

    /** What is wrong with it; null if nothing. */
    @Nullable Problem problem() {
        if (wantedKind().isEmpty()) {
            return new Problem(
                    "“" + kind + "” is no way to choose what to flush.", UNCHANGED, "Choose one of the list.");
        }
        String text = checkedValue();
        if (text.length() > VALUE_CHARS_MAX) {
            return new Problem(
                    "What to flush has " + text.length() + " characters.",
                    UNCHANGED,
                    "It may have " + VALUE_CHARS_MAX + "; choose a prefix or a tag instead.");
        }
        Problem wrong =
                switch (checkedKind()) {
                    case URL, PREFIX, WILDCARD -> pathProblem(text);
                    case TAG ->
                        TAG.matcher(text).matches()
                                ? null
                                : new Problem(
                                        "A tag is 1 to 256 visible ASCII characters without spaces.",
                                        UNCHANGED,
                                        "Type one tag as your server sends it in Surrogate-Key.");
                    case ALL -> null;
                };
        if (wrong == null && everything() && !Objects.equals(site, confirm == null ? null : confirm.strip())) {
            return new Problem(
                    "This flushes all of " + site + ".",
                    UNCHANGED + " If you go on, every object is fetched from your servers again.",
                    "Type the domain's name below to confirm.");
        }
        return wrong;
    }

    private @Nullable Problem pathProblem(String text) {
        if (!text.startsWith("/")) {
            return new Problem(
                    text.isEmpty() ? "What to flush is missing." : "“" + text + "” is no path.",
                    UNCHANGED,
                    "Type a path that begins with “/”, as in /images/logo.png.");
        }
        if (text.chars().anyMatch(c -> c <= ' ' || c == 0x7f)) {
            return new Problem("A path has no spaces.", UNCHANGED, "Write a space as %20.");
        }
        if (checkedKind() == FlushOrder.Kind.URL) {
            try {
                URI.create(text.replaceAll("[|^`{}\\[\\]\"<>\\\\]", "x"));
            } catch (IllegalArgumentException e) {
                return new Problem("“" + text + "” is no path.", UNCHANGED, "Write % signs as %25.");
            }
        }
        return null;
    }
}
