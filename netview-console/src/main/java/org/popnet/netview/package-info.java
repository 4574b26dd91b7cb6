@NullMarked
package org.popnet.netview;

import org.jspecify.annotations.NullMarked;
