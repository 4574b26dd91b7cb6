package org.popnet.platform.tree;

/**
 * The ports a node listens on; only those of its service are used. Network-wide values stand under {@code
 * network.ports}, exceptions under a node's {@code ports}.
 *
 * @param dns DNS over UDP and TCP, name servers only
 * @param datagram authenticated datagrams between nodes, every service but NetView and admin
 * @param http plain HTTP, edges and NetView
 * @param https HTTP over TLS, edges
 * @param fetch HTTP between edges and origin-fetch servers
 * @param control control endpoints over mutual TLS, every service
 */
public record Ports(int dns, int datagram, int http, int https, int fetch, int control) {
    /** What a tree that names no ports uses. */
    public static final Ports DEFAULT = new Ports(53, 5301, 80, 443, 8081, 9443);
}
