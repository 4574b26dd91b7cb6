/** What every machine of the network carries; {@code PlatformAutoConfiguration} hands it to each service. */
@NullMarked
package org.popnet.platform;

import org.jspecify.annotations.NullMarked;
