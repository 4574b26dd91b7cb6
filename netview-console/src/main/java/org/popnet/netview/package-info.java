/** NetView, the console of a network: statistics, flushing, and why an answer was given. */
@NullMarked
package org.popnet.netview;

import org.jspecify.annotations.NullMarked;
