/** Requests, bytes, hit ratio and status classes over time; tables and CSV. */
@NullMarked
package org.popnet.netview.traffic;

import org.jspecify.annotations.NullMarked;
