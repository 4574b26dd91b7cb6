/** The cache in memory: keys, stored responses with bodies off heap, fills that waiters share, flushes. */
@NullMarked
package org.popnet.edge.memory;

import org.jspecify.annotations.NullMarked;
