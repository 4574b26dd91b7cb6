/** The DNS wire format of the hot path: queries are decoded into, and answers encoded from, buffers that are used again. */
@NullMarked
package org.popnet.dns.wire;

import org.jspecify.annotations.NullMarked;
