package org.popnet.fetch.serve;

import org.jspecify.annotations.Nullable;
import org.popnet.caching.ContentRange;
import org.popnet.caching.RepresentationVersion;
import org.popnet.fetch.store.StoredHead;

/**
 * One version of a large representation, with its fields.
 *
 * @param head the whole's
 */
record LargeVersion(StoredHead head, RepresentationVersion version) {

    /** @return null if this is no head of a part that can be put together with others */
    static @Nullable LargeVersion of(StoredHead head) {
        ContentRange part = ContentRange.of(head.headers());
        return part == null ? null : of(head, part.whole());
    }

    static @Nullable LargeVersion of(StoredHead head, long length) {
        RepresentationVersion version = RepresentationVersion.of(head.headers(), length);
        return version == null || !head.vary().fields().isEmpty()
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
                        version);
    }

    /** Of the whole in bytes. */
    long length() {
        return version.length();
    }

    /** Whether parts of this version and that one are parts of the same bytes. */
    boolean same(@Nullable LargeVersion other) {
        return other != null && version.same(other.version);
    }
}
