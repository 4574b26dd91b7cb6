/** HTTP/1.1 as bytes: requests parsed strictly (RFC 9112), what is wrong with them refused, response heads encoded. */
@NullMarked
package org.popnet.edge.wire;

import org.jspecify.annotations.NullMarked;
