/** Requests to the customers' servers, over plain blocking HTTP/1.1. */
@NullMarked
package org.popnet.fetch.origin;

import org.jspecify.annotations.NullMarked;
