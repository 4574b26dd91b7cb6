/** Figures per customer, domain and POP: summed up, stored, asked for. */
@NullMarked
package org.popnet.log.traffic;

import org.jspecify.annotations.NullMarked;
