/** What an object on disk costs at an origin-fetch server, and how soon it comes. */
@NullMarked
package org.popnet.bench.fetch;

import org.jspecify.annotations.NullMarked;
