/** What a local network keeps on disk, prepared once and kept: authority, identities, configuration, passwords. */
@NullMarked
package org.popnet.local.state;

import org.jspecify.annotations.NullMarked;
