package org.popnet.platform.flush;

/**
 * What to remove, with its place in the site's history.
 *
 * @param site the domain whose content is meant, in lower case
 * @param number the site's watermark once this is applied: 1, 2, 3 … without gaps
 * @param kind how {@code value} selects
 * @param value an absolute path with query ({@code URL}), its beginning ({@code PREFIX}), a pattern in which {@code *}
 *     stands for any characters ({@code WILDCARD}), a surrogate key ({@code TAG}); empty for {@code ALL}
 */
public record FlushOrder(String site, long number, Kind kind, String value) {
    /** How a flush selects objects. */
    public enum Kind {
        URL,
        PREFIX,
        WILDCARD,
        TAG,
        ALL
    }
}
