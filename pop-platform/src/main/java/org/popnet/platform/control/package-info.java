/** The control port: mutual TLS, roles, health and the node's own description. */
@NullMarked
package org.popnet.platform.control;

import org.jspecify.annotations.NullMarked;
