package org.popnet.fetch.store;

import java.util.List;
import org.popnet.caching.Headers;
import org.popnet.caching.Vary;

/**
 * What memory knows of one stored object.
 *
 * @param blocks of 4 KiB that its file takes
 */
record Entry(long id, int blocks, Vary vary, String variant, List<String> tags) {
    private static final int BLOCK_BYTES = 4096;

    static Entry of(ObjectFile.Header header) {
        StoredHead head = header.head();
        return new Entry(
                header.id(),
                blocks(header.fileBytes()),
                head.vary().fields().isEmpty() ? Vary.NONE : head.vary(),
                head.variant(),
                head.tags());
    }

    static int blocks(long fileBytes) {
        return (int) Math.min(Integer.MAX_VALUE / 512, (fileBytes + BLOCK_BYTES - 1) / BLOCK_BYTES);
    }

    static long bytes(long blocks) {
        return blocks * BLOCK_BYTES;
    }

    boolean answers(Headers request) {
        return vary.key(request).equals(variant);
    }

    /** Whether a newer response takes this one's place. */
    boolean sameVariant(Entry newer) {
        return vary.equals(newer.vary) && variant.equals(newer.variant);
    }
}
