/** How far things are: resolvers when a name server asks, servers of the network and its customers regularly. */
@NullMarked
package org.popnet.probe.latency;

import org.jspecify.annotations.NullMarked;
