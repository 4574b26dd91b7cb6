/** What operators may ask a name server: why an answer came, and how its targets are. */
@NullMarked
package org.popnet.dns.explain;

import org.jspecify.annotations.NullMarked;
