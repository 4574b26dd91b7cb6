/** Answers: what did I use, and what is billed? */
@NullMarked
package org.popnet.netview.billing;

import org.jspecify.annotations.NullMarked;
