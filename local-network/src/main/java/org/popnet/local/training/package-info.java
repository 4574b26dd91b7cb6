/** Ahead-of-time caches for the services, made by running them once. */
@NullMarked
package org.popnet.local.training;

import org.jspecify.annotations.NullMarked;
