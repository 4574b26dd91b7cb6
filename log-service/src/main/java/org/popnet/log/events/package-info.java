/** What nodes reported: kept for each customer, and handed out. */
@NullMarked
package org.popnet.log.events;

import org.jspecify.annotations.NullMarked;
