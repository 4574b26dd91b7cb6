/**
 * Objects on a bounded disk area, one file each, that survive {@code kill -9} whole or not at all. {@link
 * org.popnet.fetch.store.DiskTier} is the door.
 */
@NullMarked
package org.popnet.fetch.store;

import org.jspecify.annotations.NullMarked;
