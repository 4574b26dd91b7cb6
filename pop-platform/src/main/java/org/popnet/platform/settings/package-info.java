/** A node's process settings and the last good copy of them. */
@NullMarked
package org.popnet.platform.settings;

import org.jspecify.annotations.NullMarked;
