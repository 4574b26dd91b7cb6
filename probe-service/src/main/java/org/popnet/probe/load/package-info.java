/** Asks machines how loaded they are: the network's own at their control ports, customers' at their load URLs. */
@NullMarked
package org.popnet.probe.load;

import org.jspecify.annotations.NullMarked;
