/** The cache in memory: {@code Exchange} tells the story of a request, {@code EdgeServer} is the data port. */
@NullMarked
package org.popnet.edge;

import org.jspecify.annotations.NullMarked;
