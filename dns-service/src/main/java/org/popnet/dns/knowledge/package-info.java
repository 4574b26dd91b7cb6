/** What probes and content machines have told: health, load, latency; how old it is and what it still counts. */
@NullMarked
package org.popnet.dns.knowledge;

import org.jspecify.annotations.NullMarked;
