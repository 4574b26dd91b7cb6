/** The tree on a node: taken from a config source, kept on disk, swapped while running. */
@NullMarked
package org.popnet.platform.agent;

import org.jspecify.annotations.NullMarked;
