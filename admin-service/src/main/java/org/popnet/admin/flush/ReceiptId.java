package org.popnet.admin.flush;

import jakarta.persistence.Embeddable;

/** One node's part in a flush. */
@Embeddable
record ReceiptId(String site, long number, String node) {}
