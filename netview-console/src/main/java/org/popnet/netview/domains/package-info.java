/** A customer's domains and servers, and why a user got the answer it got. */
@NullMarked
package org.popnet.netview.domains;

import org.jspecify.annotations.NullMarked;
