/** The rules of HTTP caching (RFC 9110, 9111, 9211, 9213, 5861, 8586) as pure functions over header values. */
@NullMarked
package org.popnet.caching;

import org.jspecify.annotations.NullMarked;
