/** What the edge learns about where its clients are. */
@NullMarked
package org.popnet.edge.clients;

import org.jspecify.annotations.NullMarked;
