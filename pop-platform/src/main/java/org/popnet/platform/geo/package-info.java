/** Where client addresses are, by a database of the operator's own. */
@NullMarked
package org.popnet.platform.geo;

import org.jspecify.annotations.NullMarked;
