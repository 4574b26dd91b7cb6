/** The command line, {@code ./popnet}: a class for each command. */
@NullMarked
package org.popnet.local.cli;

import org.jspecify.annotations.NullMarked;
