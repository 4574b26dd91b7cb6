/** A whole network on one machine: what {@code ./popnet up} runs and what tests start. */
@NullMarked
package org.popnet.local;

import org.jspecify.annotations.NullMarked;
