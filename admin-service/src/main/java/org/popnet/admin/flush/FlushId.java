package org.popnet.admin.flush;

import jakarta.persistence.Embeddable;

/** A flush's place in its site's history. */
@Embeddable
record FlushId(String site, long number) {}
