package org.popnet.fetch.store;

/**
 * What a stored response answers, {@code Vary} apart.
 *
 * @param site the domain, in lower case
 * @param target path and query as they stood in the request
 * @param segment which part of 1 MiB of a large response this is, from 0; {@link #WHOLE} for all of it
 */
public record ObjectKey(String site, String target, int segment) {
    public static final int WHOLE = -1;

    public ObjectKey {
        if (segment < WHOLE) {
            throw new IllegalArgumentException("segment " + segment + ": must be -1 or more");
        }
    }

    public ObjectKey(String site, String target) {
        this(site, target, WHOLE);
    }

    /** This URL's key without a segment. */
    public ObjectKey whole() {
        return segment == WHOLE ? this : new ObjectKey(site, target);
    }

    /** The key of one of this URL's segments. */
    public ObjectKey at(int segment) {
        return new ObjectKey(site, target, segment);
    }
}
