/** The name server's sockets and the path of a query through it. */
@NullMarked
package org.popnet.dns.server;

import org.jspecify.annotations.NullMarked;
