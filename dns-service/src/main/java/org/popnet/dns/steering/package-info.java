/** The choice of the best server: pure functions over immutable snapshots. */
@NullMarked
package org.popnet.dns.steering;

import org.jspecify.annotations.NullMarked;
