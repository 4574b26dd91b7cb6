/** Which of a customer's servers to fetch from, and which addresses may be connected to at all. */
@NullMarked
package org.popnet.platform.origin;

import org.jspecify.annotations.NullMarked;
