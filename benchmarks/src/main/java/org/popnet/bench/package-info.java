/**
 * {@code ./popnet bench}: the measurements of the targets, side by side with the best servers of the field in one run on
 * one machine. A measurement is a {@link org.popnet.bench.MeasurementCommand} that fills a {@link
 * org.popnet.bench.Report}.
 */
@NullMarked
package org.popnet.bench;

import org.jspecify.annotations.NullMarked;
