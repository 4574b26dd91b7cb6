/** What nodes tell each other by datagram, as plain records; the wire form is CBOR. */
@NullMarked
package org.popnet.platform.message;

import org.jspecify.annotations.NullMarked;
