/** Removing content from the network: orders, watermarks and receipts. */
@NullMarked
package org.popnet.platform.flush;

import org.jspecify.annotations.NullMarked;
