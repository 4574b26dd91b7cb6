/** POPs and nodes, for those who run the network. */
@NullMarked
package org.popnet.netview.network;

import org.jspecify.annotations.NullMarked;
