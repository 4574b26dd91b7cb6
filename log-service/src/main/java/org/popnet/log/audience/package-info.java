/**
 * Who asks for what: the most requested URLs, the sites that refer, families of user agents, countries, and how many
 * distinct clients. Transactions append small sketches; one log server at a time merges them into hours and days.
 */
@NullMarked
package org.popnet.log.audience;

import org.jspecify.annotations.NullMarked;
