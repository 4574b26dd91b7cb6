package org.popnet.caching;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A part of a representation (RFC 9110 §14.1.2), both ends inclusive.
 *
 * @param first 0 or more
 * @param last {@code first} or more
 */
public record ByteRange(long first, long last) {
    private static final Pattern SOLE = Pattern.compile("bytes=([0-9]{1,18})-([0-9]{1,18})?");

    public ByteRange {
        if (first < 0 || last < first) {
            throw new IllegalArgumentException("bytes " + first + "-" + last + ": must be 0 ≤ first ≤ last");
        }
    }

    public long length() {
        return last - first + 1;
    }

    /** The value of a {@code Range} field that asks for this. */
    public String field() {
        return "bytes=" + first + "-" + last;
    }

    /** {@code bytes 0-499/1234} */
    public String contentRange(long wholeLength) {
        return "bytes " + first + "-" + last + "/" + wholeLength;
    }

    /** The {@code Content-Range} of a 416: {@code bytes *}{@code /1234}. */
    public static String unsatisfiedContentRange(long wholeLength) {
        return "bytes */" + wholeLength;
    }

    /**
     * The only range that a request asks for, counted from the start, whatever the whole's length turns out to be.
     *
     * @return null if it asks for none, several, or one from the end; its end is {@link Long#MAX_VALUE} if it is open
     */
    public static @Nullable ByteRange sole(Headers request) {
        String field = request.count("Range") == 1 ? request.first("Range") : null;
        Matcher range = SOLE.matcher(field == null ? "" : field.strip());
        if (!range.matches()) {
            return null;
        }
        long first = Long.parseLong(range.group(1));
        long last = range.group(2) == null ? Long.MAX_VALUE : Long.parseLong(range.group(2));
        return first <= last ? new ByteRange(first, last) : null;
    }

    /** What a {@code Range} field asks of a representation of known length. */
    public sealed interface Requested {
        /** everything: there is no range, it is malformed or of another unit, and so ignored (§14.2) */
        record Whole() implements Requested {}

        /** 416 */
        record Unsatisfiable() implements Requested {}

        /** these parts, in the order asked for, one or more, each within the representation */
        record Parts(List<ByteRange> ranges) implements Requested {
            public Parts {
                ranges = List.copyOf(ranges);
            }
        }
    }

    /**
     * @param field the {@code Range} field's value, or null
     * @param length of the whole representation in bytes
     * @param rangesMax with more ranges than this, or with more than two that overlap (§14.2, §17.15), the field is
     *     ignored
     */
    public static Requested parse(@Nullable String field, long length, int rangesMax) {
        List<long[]> specs = field == null ? null : specs(field, rangesMax);
        if (specs == null) {
            return new Requested.Whole();
        }
        List<ByteRange> parts = new ArrayList<>(specs.size());
        for (long[] spec : specs) {
            long first = spec[0] < 0 ? Math.max(0, length - spec[1]) : spec[0];
            long last = spec[0] < 0 || spec[1] < 0 ? length - 1 : Math.min(spec[1], length - 1);
            boolean emptySuffix = spec[0] < 0 && spec[1] == 0;
            if (first < length && !emptySuffix) {
                parts.add(new ByteRange(first, last));
            }
        }
        if (parts.isEmpty()) {
            return new Requested.Unsatisfiable();
        }
        return overlapping(parts) > 2 ? new Requested.Whole() : new Requested.Parts(parts);
    }

    /** Pairs of first and last; a suffix is (-1, length), an open end (first, -1). Null if the field is malformed. */
    private static @Nullable List<long[]> specs(String field, int rangesMax) {
        String text = field.strip();
        int equals = text.indexOf('=');
        if (equals < 0 || !text.substring(0, equals).toLowerCase(Locale.ROOT).equals("bytes")) {
            return null;
        }
        List<long[]> specs = new ArrayList<>();
        for (String part : text.substring(equals + 1).split(",", -1)) {
            String spec = part.strip();
            if (spec.isEmpty()) {
                continue;
            }
            int dash = spec.indexOf('-');
            if (dash < 0 || specs.size() == rangesMax) {
                return null;
            }
            long first = dash == 0 ? -1 : number(spec.substring(0, dash));
            long last = dash == spec.length() - 1 ? -1 : number(spec.substring(dash + 1));
            boolean malformed = first == MALFORMED
                    || last == MALFORMED
                    || dash == 0 && last < 0
                    || first >= 0 && last >= 0 && last < first;
            if (malformed) {
                return null;
            }
            specs.add(new long[] {first, last});
        }
        return specs.isEmpty() ? null : specs;
    }

    private static final long MALFORMED = -2;

    private static long number(String digits) {
        if (digits.isEmpty() || digits.length() > 18 || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return MALFORMED;
        }
        return Long.parseLong(digits);
    }

    private static int overlapping(List<ByteRange> parts) {
        int overlapping = 0;
        for (int i = 0; i < parts.size(); i++) {
            for (int j = 0; j < i; j++) {
                if (parts.get(i).first <= parts.get(j).last && parts.get(j).first <= parts.get(i).last) {
                    overlapping++;
                    break;
                }
            }
        }
        return overlapping;
    }
}
