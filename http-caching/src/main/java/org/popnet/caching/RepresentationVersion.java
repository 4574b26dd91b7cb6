package org.popnet.caching;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One version of a representation. Parts of one may be put together, and with nothing else (RFC 9110 §15.3.7.3, RFC 9111
 * §3.4): they have its strong entity tag, length and coding.
 *
 * @param tag strong
 * @param length of the whole in bytes
 * @param coding the {@code Content-Encoding}, or null
 */
public record RepresentationVersion(
        EntityTag tag, long length, @Nullable String coding) {
    public RepresentationVersion {
        if (tag.weak()) {
            throw new IllegalArgumentException("weak tag " + tag.opaque() + ": parts need a strong one");
        }
    }

    /**
     * The version that a whole response, or a part of one, is of.
     *
     * @param length of the whole
     * @return null if nothing of it may be put together: it has no strong tag, or differs from request to request
     */
    public static @Nullable RepresentationVersion of(Headers response, long length) {
        EntityTag tag = response.count("ETag") == 1 ? EntityTag.of(response) : null;
        return tag == null || tag.weak() || !Vary.of(response).fields().isEmpty()
                ? null
                : new RepresentationVersion(tag, length, response.combined("Content-Encoding"));
    }

    /** Whether parts of this and of that are parts of the same bytes. */
    public boolean same(@Nullable RepresentationVersion other) {
        return other != null
                && length == other.length
                && tag.stronglyEquals(other.tag)
                && Objects.equals(coding, other.coding);
    }

    /** The tag as a field has it, for {@code If-Range}. */
    public String tagField() {
        return '"' + tag.opaque() + '"';
    }
}
