package org.popnet.fetch.serve;

import org.popnet.fetch.store.StoredHead;

/**
 * One segment of a large response that is being fetched.
 *
 * @param head as it will be stored
 * @param length of the segment's body in bytes
 */
record SegmentPart(Fills.Slot slot, Fill fill, StoredHead head, int length) {}
