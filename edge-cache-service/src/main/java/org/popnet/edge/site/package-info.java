/** Which domains this edge answers for, compiled from the tree. */
@NullMarked
package org.popnet.edge.site;

import org.jspecify.annotations.NullMarked;
