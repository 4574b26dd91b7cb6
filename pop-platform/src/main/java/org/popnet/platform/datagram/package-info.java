/** Authenticated, encrypted datagrams between nodes: one envelope for everything that travels over UDP. */
@NullMarked
package org.popnet.platform.datagram;

import org.jspecify.annotations.NullMarked;
