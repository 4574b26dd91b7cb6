/** What a log server takes in: real senders, real datagrams, a real PostgreSQL. */
@NullMarked
package org.popnet.bench.logs;

import org.jspecify.annotations.NullMarked;
