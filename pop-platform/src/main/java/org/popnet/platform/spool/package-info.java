/** Records on their way to the log servers: appended to a bounded file, sent until acknowledged. */
@NullMarked
package org.popnet.platform.spool;

import org.jspecify.annotations.NullMarked;
