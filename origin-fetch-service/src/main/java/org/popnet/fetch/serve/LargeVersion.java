package org.popnet.fetch.serve;

import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.popnet.caching.EntityTag;
import org.popnet.caching.Headers;
import org.popnet.fetch.store.StoredHead;

/**
 * One version of a large representation: whatever has its strong entity tag, length and coding may be put together (RFC
 * 9110 §15.3.7.3), and nothing else.
 *
 * @param head the whole's
 * @param length of the whole in bytes
 */
record LargeVersion(StoredHead head, EntityTag tag, long length) {
    private static final Pattern CONTENT_RANGE = Pattern.compile("bytes ([0-9]{1,18})-([0-9]{1,18})/([0-9]{1,18})");

    /** What {@code Content-Range} says. */
    record Part(long first, long last, long whole) {
        /** @return null if there is no field, or it contradicts itself or does not say how long the whole is */
        static @Nullable Part of(Headers received) {
            String field = received.count("Content-Range") == 1 ? received.first("Content-Range") : null;
            Matcher parts = CONTENT_RANGE.matcher(field == null ? "" : field.strip());
            if (!parts.matches()) {
                return null;
            }
            Part part = new Part(
                    Long.parseLong(parts.group(1)), Long.parseLong(parts.group(2)), Long.parseLong(parts.group(3)));
            return part.first <= part.last && part.last < part.whole ? part : null;
        }
    }

    /** @return null if this is no head of a part that can be put together with others */
    static @Nullable LargeVersion of(StoredHead head) {
        Part part = Part.of(head.headers());
        return part == null ? null : of(head, part.whole());
    }

    static @Nullable LargeVersion of(StoredHead head, long length) {
        String field = head.headers().count("ETag") == 1 ? head.headers().first("ETag") : null;
        EntityTag tag = field == null ? null : EntityTag.parse(field);
        return tag == null || tag.weak() || !head.vary().fields().isEmpty()
                ? null
                : new LargeVersion(
                        new StoredHead(
                                head.status(),
                                head.headers().without("Content-Range"),
                                head.vary(),
                                head.variant(),
                                head.freshness(),
                                head.tags(),
                                head.storedAtMs()),
                        tag,
                        length);
    }

    /** Whether parts of this version and that one are parts of the same bytes. */
    boolean same(@Nullable LargeVersion other) {
        return other != null
                && length == other.length
                && tag.stronglyEquals(other.tag)
                && Objects.equals(coding(), other.coding());
    }

    private @Nullable String coding() {
        return head.headers().combined("Content-Encoding");
    }

    /** The entity tag as the server wrote it. */
    String tagField() {
        return Objects.requireNonNull(head.headers().first("ETag"));
    }
}
