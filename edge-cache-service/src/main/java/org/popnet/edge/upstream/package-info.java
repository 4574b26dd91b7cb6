/** Requests to origin-fetch servers and customers' servers: pooled connections, retries, streaming both ways. */
@NullMarked
package org.popnet.edge.upstream;

import org.jspecify.annotations.NullMarked;
