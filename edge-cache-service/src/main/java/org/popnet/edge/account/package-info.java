/** What is known afterwards of each request: a record for billing, and metrics. */
@NullMarked
package org.popnet.edge.account;

import org.jspecify.annotations.NullMarked;
