@NullMarked
package org.popnet.probe;

import org.jspecify.annotations.NullMarked;
