/**
 * The world around the local network: two customers' own servers with real sites, and the resolvers of three places,
 * each a process of its own, each answering after the delay of its distance.
 */
@NullMarked
package org.popnet.local.demo;

import org.jspecify.annotations.NullMarked;
