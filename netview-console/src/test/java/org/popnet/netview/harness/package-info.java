/** The console with real ports and a real database, before backends that tell what a test wants them to. */
@NullMarked
package org.popnet.netview.harness;

import org.jspecify.annotations.NullMarked;
