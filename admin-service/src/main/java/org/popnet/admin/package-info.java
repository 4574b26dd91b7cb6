@NullMarked
package org.popnet.admin;

import org.jspecify.annotations.NullMarked;
