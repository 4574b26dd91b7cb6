package org.popnet.log.intake;

import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** A set of batch numbers as ranges, in the text form of PostgreSQL's {@code int8multirange}. */
final class BatchRanges {
    /** Start to end, the end excluded. */
    private final NavigableMap<Long, Long> ranges = new TreeMap<>();

    /** Parses {@code {[1,5),[7,8)}}. */
    static BatchRanges parse(String text) {
        BatchRanges parsed = new BatchRanges();
        String inner = text.substring(1, text.length() - 1);
        if (!inner.isEmpty()) {
            for (String range : inner.split("\\),?", -1)) {
                int comma = range.indexOf(',');
                if (comma > 0) {
                    parsed.ranges.put(
                            Long.parseLong(range.substring(1, comma)), Long.parseLong(range.substring(comma + 1)));
                }
            }
        }
        return parsed;
    }

    boolean contains(long number) {
        Map.Entry<Long, Long> before = ranges.floorEntry(number);
        return before != null && number < before.getValue();
    }

    /** Whether the number was not there. */
    boolean add(long number) {
        Map.Entry<Long, Long> before = ranges.floorEntry(number);
        if (before != null && number < before.getValue()) {
            return false;
        }
        Long afterEnd = ranges.remove(number + 1);
        long end = afterEnd == null ? number + 1 : afterEnd;
        long start = before != null && before.getValue() == number ? before.getKey() : number;
        ranges.put(start, end);
        return true;
    }

    /** The number up to which, from 1, none is missing; 0 if the first is. */
    long completeTo() {
        Long end = ranges.get(1L);
        return end == null ? 0 : end - 1;
    }

    int count() {
        return ranges.size();
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("{");
        ranges.forEach((start, end) -> text.append(text.length() > 1 ? "," : "")
                .append('[')
                .append(start)
                .append(',')
                .append(end)
                .append(')'));
        return text.append('}').toString();
    }
}
