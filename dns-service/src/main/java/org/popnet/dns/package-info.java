@NullMarked
package org.popnet.dns;

import org.jspecify.annotations.NullMarked;
