/** Charts as tables of numbers, drawn on the server and, where scripts run, in the browser. */
@NullMarked
package org.popnet.netview.chart;

import org.jspecify.annotations.NullMarked;
