/**
 * The configuration in git: every service's settings and the network tree, served by Spring Cloud Config straight from
 * the object database, at any commit. {@link org.popnet.admin.config.TreeHistory} says which tree holds.
 */
@NullMarked
package org.popnet.admin.config;

import org.jspecify.annotations.NullMarked;
