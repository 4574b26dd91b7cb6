@NullMarked
package org.popnet.fetch;

import org.jspecify.annotations.NullMarked;
