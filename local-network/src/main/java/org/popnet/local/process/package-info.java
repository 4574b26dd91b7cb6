/** The processes of a local network: their files, their command lines, their PostgreSQL. */
@NullMarked
package org.popnet.local.process;

import org.jspecify.annotations.NullMarked;
