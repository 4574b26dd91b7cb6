/**
 * The probes: they measure whether servers deliver and how far resolvers are, and tell every name server. The story
 * starts in {@code schedule}, goes through {@code check} and {@code latency}, and ends in {@code report}.
 */
@NullMarked
package org.popnet.probe;

import org.jspecify.annotations.NullMarked;
