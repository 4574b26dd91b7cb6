/** The console's users, its database, and the account page. */
@NullMarked
package org.popnet.netview.account;

import org.jspecify.annotations.NullMarked;
