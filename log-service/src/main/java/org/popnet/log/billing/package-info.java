/** Monthly statements: closed, unchanging, made again from raw logs; what comes late goes to the next one. */
@NullMarked
package org.popnet.log.billing;

import org.jspecify.annotations.NullMarked;
