/** The first page: is my site fast and up? */
@NullMarked
package org.popnet.netview.overview;

import org.jspecify.annotations.NullMarked;
