/**
 * How busy a content machine is: measured in {@link org.popnet.platform.load.TrafficMeter} by the data plane, reported
 * each second by {@link org.popnet.platform.load.LoadReporter}. A service imports {@link
 * org.popnet.platform.load.LoadConfiguration} and feeds the meter.
 */
@NullMarked
package org.popnet.platform.load;

import org.jspecify.annotations.NullMarked;
