/** What a hit, a miss and an object cost at an edge, beside nginx and Varnish. */
@NullMarked
package org.popnet.bench.edge;

import org.jspecify.annotations.NullMarked;
