/** Says what the edge has in memory under a URL, and by which rule. */
@NullMarked
package org.popnet.edge.explain;

import org.jspecify.annotations.NullMarked;
