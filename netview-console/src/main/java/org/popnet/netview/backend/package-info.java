/** What the console asks other nodes over their control ports, and what they answer. */
@NullMarked
package org.popnet.netview.backend;

import org.jspecify.annotations.NullMarked;
