/** The state of the database: schema brought up to date when it answers, health, problems for callers. */
@NullMarked
package org.popnet.log.database;

import org.jspecify.annotations.NullMarked;
