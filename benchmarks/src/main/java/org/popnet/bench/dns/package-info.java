/** The name server: what a steered answer costs beside static and dynamic name servers of others, and its start. */
@NullMarked
package org.popnet.bench.dns;

import org.jspecify.annotations.NullMarked;
