/** Raw logs on disk by customer and hour, and their export. {@link org.popnet.log.raw.RawLog} has the layout. */
@NullMarked
package org.popnet.log.raw;

import org.jspecify.annotations.NullMarked;
