/** Summaries of bounded size that can be merged in any order, with a stated error. They know nothing of traffic. */
@NullMarked
package org.popnet.log.sketch;

import org.jspecify.annotations.NullMarked;
