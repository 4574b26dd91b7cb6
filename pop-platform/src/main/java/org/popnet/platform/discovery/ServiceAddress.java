package org.popnet.platform.discovery;

import java.net.InetSocketAddress;

/**
 * One target of a service name (RFC 2782).
 *
 * @param target the target host name, without trailing dot
 * @param priority lower is better
 * @param weight share among those of one priority
 */
public record ServiceAddress(String target, InetSocketAddress address, int priority, int weight) {}
