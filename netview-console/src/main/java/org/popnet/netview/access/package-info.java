/** Who gets in, and through which port: the people's port, its security, signing in. */
@NullMarked
package org.popnet.netview.access;

import org.jspecify.annotations.NullMarked;
