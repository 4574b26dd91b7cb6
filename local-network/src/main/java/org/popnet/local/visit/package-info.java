/** Simulated users: from a place on the map they ask the place's resolver and fetch what it sends them to. */
@NullMarked
package org.popnet.local.visit;

import org.jspecify.annotations.NullMarked;
