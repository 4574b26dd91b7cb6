/** When things are done: one thread that tells, for any number of them. */
@NullMarked
package org.popnet.probe.timer;

import org.jspecify.annotations.NullMarked;
