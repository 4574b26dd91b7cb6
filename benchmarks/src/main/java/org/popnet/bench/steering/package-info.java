/** Steering: what one decision costs, and how good the decisions of a whole day's traffic are beside an oracle's. */
@NullMarked
package org.popnet.bench.steering;

import org.jspecify.annotations.NullMarked;
