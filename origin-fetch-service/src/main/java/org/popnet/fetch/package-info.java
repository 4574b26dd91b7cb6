/**
 * The store on disk: answers edges' misses from disk, and fetches what it lacks from the customers' servers, storing it
 * while it streams. A request's way: {@code FetchServlet → DiskTier → (OriginChoice → OriginClient → Fill, a tee to disk)
 * → body}.
 */
@NullMarked
package org.popnet.fetch;

import org.jspecify.annotations.NullMarked;
