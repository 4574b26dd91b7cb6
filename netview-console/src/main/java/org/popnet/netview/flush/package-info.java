/** Removing what was republished from every cache, with a receipt from every node. */
@NullMarked
package org.popnet.netview.flush;

import org.jspecify.annotations.NullMarked;
