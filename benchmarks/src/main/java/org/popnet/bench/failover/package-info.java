/** How long a failed server stays in the answers of the name servers: a network of real processes, real signals. */
@NullMarked
package org.popnet.bench.failover;

import org.jspecify.annotations.NullMarked;
