package org.popnet.probe.check;

import java.net.InetSocketAddress;

/**
 * A server to check, as the tree lists it.
 *
 * @param host the name to ask for: the Host header, and with TLS the name that the certificate must have
 */
public record Endpoint(InetSocketAddress address, String host, boolean tls) {}
