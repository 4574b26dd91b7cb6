/** Doing one check against one server, hostile ones included, within a time limit. */
@NullMarked
package org.popnet.probe.check;

import org.jspecify.annotations.NullMarked;
