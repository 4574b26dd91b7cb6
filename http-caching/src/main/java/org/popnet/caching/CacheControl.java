package org.popnet.caching;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The cache directives of a request or response (RFC 9111 §5.2, RFC 5861, RFC 8246). Unknown directives are ignored; of
 * a directive given twice the first counts; a time that is not a number counts as 0, so that what it says is stale
 * (§4.2.1). The forms {@code no-cache="…"} and {@code private="…"} count as the unqualified ones, as §5.2.2.4 allows.
 */
public final class CacheControl {
    public static final CacheControl NONE =
            new CacheControl(EnumSet.noneOf(Directive.class), new long[Directive.values().length]);

    /** What a message may ask of caches. */
    public enum Directive {
        NO_STORE,
        NO_CACHE,
        PRIVATE,
        PUBLIC,
        MUST_REVALIDATE,
        PROXY_REVALIDATE,
        MUST_UNDERSTAND,
        NO_TRANSFORM,
        ONLY_IF_CACHED,
        IMMUTABLE,
        MAX_AGE,
        S_MAXAGE,
        MAX_STALE,
        MIN_FRESH,
        STALE_WHILE_REVALIDATE,
        STALE_IF_ERROR;

        boolean timed() {
            return compareTo(MAX_AGE) >= 0;
        }

        static @Nullable Directive ofName(String name) {
            return switch (name.toLowerCase(Locale.ROOT)) {
                case "no-store" -> NO_STORE;
                case "no-cache" -> NO_CACHE;
                case "private" -> PRIVATE;
                case "public" -> PUBLIC;
                case "must-revalidate" -> MUST_REVALIDATE;
                case "proxy-revalidate" -> PROXY_REVALIDATE;
                case "must-understand" -> MUST_UNDERSTAND;
                case "no-transform" -> NO_TRANSFORM;
                case "only-if-cached" -> ONLY_IF_CACHED;
                case "immutable" -> IMMUTABLE;
                case "max-age" -> MAX_AGE;
                case "s-maxage" -> S_MAXAGE;
                case "max-stale" -> MAX_STALE;
                case "min-fresh" -> MIN_FRESH;
                case "stale-while-revalidate" -> STALE_WHILE_REVALIDATE;
                case "stale-if-error" -> STALE_IF_ERROR;
                default -> null;
            };
        }
    }

    private final Set<Directive> present;
    private final long[] seconds;

    CacheControl(Set<Directive> present, long[] seconds) {
        this.present = present;
        this.seconds = seconds;
    }

    /** The directives of the message's {@code Cache-Control} lines. */
    public static CacheControl of(Headers headers) {
        return headers.contains("Cache-Control") ? parse(headers.members("Cache-Control")) : NONE;
    }

    /**
     * The directives that govern a shared cache of a content delivery network: {@code CDN-Cache-Control} alone if it is
     * there and valid (RFC 9213 §2.2), else {@code Cache-Control}.
     */
    public static CacheControl ofTargeted(Headers response) {
        CacheControl targeted = TargetedCacheControl.parse(response.combined("CDN-Cache-Control"));
        return targeted != null ? targeted : of(response);
    }

    /** Whether {@code CDN-Cache-Control} governs, so that {@code Cache-Control} and {@code Expires} do not. */
    static boolean isTargeted(Headers response) {
        return TargetedCacheControl.parse(response.combined("CDN-Cache-Control")) != null;
    }

    static CacheControl parse(List<String> members) {
        EnumSet<Directive> present = EnumSet.noneOf(Directive.class);
        long[] seconds = new long[Directive.values().length];
        for (String member : members) {
            int equals = member.indexOf('=');
            Directive directive = Directive.ofName(equals < 0 ? member : member.substring(0, equals));
            if (directive == null || !present.add(directive)) {
                continue;
            }
            if (directive == Directive.MAX_STALE && equals < 0) {
                seconds[directive.ordinal()] = Long.MAX_VALUE / 1000;
            } else if (directive.timed()) {
                long value = equals < 0 ? -1 : Lists.deltaSeconds(unquoted(member.substring(equals + 1)));
                seconds[directive.ordinal()] = Math.max(value, 0);
            }
        }
        return present.isEmpty() ? NONE : new CacheControl(present, seconds);
    }

    private static String unquoted(String value) {
        int last = value.length() - 1;
        return last > 0 && value.charAt(0) == '"' && value.charAt(last) == '"' ? value.substring(1, last) : value;
    }

    public boolean has(Directive directive) {
        return present.contains(directive);
    }

    /** The directive's time in seconds, 0 or more; -1 if the directive is absent or carries no time. */
    public long seconds(Directive directive) {
        return directive.timed() && has(directive) ? seconds[directive.ordinal()] : -1;
    }

    @Override
    public boolean equals(@Nullable Object o) {
        return o instanceof CacheControl other
                && present.equals(other.present)
                && Arrays.equals(seconds, other.seconds);
    }

    @Override
    public int hashCode() {
        return 31 * present.hashCode() + Arrays.hashCode(seconds);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (Directive directive : present) {
            text.append(text.isEmpty() ? "" : ", ")
                    .append(directive.name().toLowerCase(Locale.ROOT).replace('_', '-'));
            if (directive.timed()) {
                text.append('=').append(seconds(directive));
            }
        }
        return text.toString();
    }
}
