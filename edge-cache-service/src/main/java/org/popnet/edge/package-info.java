@NullMarked
package org.popnet.edge;

import org.jspecify.annotations.NullMarked;
