/**
 * Removing content from the whole network: every flush gets a number in its site's history, goes to all origin-fetch
 * servers and then to all edges, and has a receipt from each. {@link org.popnet.admin.flush.FlushController} is the door.
 */
@NullMarked
package org.popnet.admin.flush;

import org.jspecify.annotations.NullMarked;
