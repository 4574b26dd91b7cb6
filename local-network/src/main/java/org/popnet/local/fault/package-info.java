/** Faults between the nodes of one local network: nothing gets through, or only a part. */
@NullMarked
package org.popnet.local.fault;

import org.jspecify.annotations.NullMarked;
