/** What this probe watches according to the tree, and when. */
@NullMarked
package org.popnet.probe.schedule;

import org.jspecify.annotations.NullMarked;
