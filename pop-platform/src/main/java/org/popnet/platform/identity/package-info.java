/** Who a node is: its name, certificate, keys, and the network's own certificate authority. */
@NullMarked
package org.popnet.platform.identity;

import org.jspecify.annotations.NullMarked;
