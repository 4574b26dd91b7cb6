/** From a datagram to a committed transaction: each batch is counted once and acknowledged after commit. */
@NullMarked
package org.popnet.log.intake;

import org.jspecify.annotations.NullMarked;
