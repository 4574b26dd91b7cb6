@NullMarked
package org.popnet.log;

import org.jspecify.annotations.NullMarked;
