/** What was asked of the name servers: counted by minute and hour, and handed out. */
@NullMarked
package org.popnet.log.queries;

import org.jspecify.annotations.NullMarked;
