/** How many checks and distances one probe on one core keeps up with, and how exactly. */
@NullMarked
package org.popnet.bench.probes;

import org.jspecify.annotations.NullMarked;
