/** What the name server is authoritative for, compiled from the tree into an immutable snapshot. */
@NullMarked
package org.popnet.dns.zone;

import org.jspecify.annotations.NullMarked;
