/** The operator's calls to the nodes' control ports. */
@NullMarked
package org.popnet.local.control;

import org.jspecify.annotations.NullMarked;
