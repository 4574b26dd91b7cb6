/** Telling every name server what was measured. */
@NullMarked
package org.popnet.probe.report;

import org.jspecify.annotations.NullMarked;
