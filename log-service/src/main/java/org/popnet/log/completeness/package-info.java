/** What has arrived from whom, what is missing, and up to when figures are whole. */
@NullMarked
package org.popnet.log.completeness;

import org.jspecify.annotations.NullMarked;
