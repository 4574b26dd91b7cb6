/** What must be done now and then, by one log server at a time however many share the database. */
@NullMarked
package org.popnet.log.upkeep;

import org.jspecify.annotations.NullMarked;
