/** Finding services of the network by asking its name servers. */
@NullMarked
package org.popnet.platform.discovery;

import org.jspecify.annotations.NullMarked;
