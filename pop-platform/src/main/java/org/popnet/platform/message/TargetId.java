package org.popnet.platform.message;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import org.popnet.platform.tree.CustomerServer;
import org.popnet.platform.tree.NodeName;

/**
 * What a service check was about: a node, or a customer's server as seen through one domain's checks. The text is
 * {@code node:edge1.westusa} or {@code server:customer1/west/www.customer1.example}; what has an IPv6 address beside its
 * IPv4 one is checked on both, and {@code node:edge1.westusa+ipv6} is the second.
 */
public record TargetId(@JsonValue String text) {
    private static final String NODE = "node:";
    private static final String SERVER = "server:";
    private static final String OVER_IPV6 = "+ipv6";

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public TargetId {
        if (text.length() > 512) {
            throw new IllegalArgumentException("target of " + text.length() + " characters: must be 512 at most");
        }
    }

    public static TargetId of(NodeName node) {
        return new TargetId(NODE + node);
    }

    public static TargetId of(CustomerServer server, String domain) {
        return new TargetId(SERVER + server.customer() + "/" + server.name() + "/" + domain);
    }

    /** The same at the IPv6 address that stands beside its IPv4 one. */
    public TargetId overIpv6() {
        return isOverIpv6() ? this : new TargetId(text + OVER_IPV6);
    }

    public boolean isOverIpv6() {
        return text.endsWith(OVER_IPV6);
    }

    /** The same at its first address. */
    public TargetId first() {
        return isOverIpv6() ? new TargetId(withoutFamily()) : this;
    }

    private String withoutFamily() {
        return isOverIpv6() ? text.substring(0, text.length() - OVER_IPV6.length()) : text;
    }

    public boolean isNode() {
        return text.startsWith(NODE);
    }

    /** Whose load counts and who is watched by whom: the node, or {@code customer/server} whatever the domain. */
    public String machine() {
        String target = withoutFamily();
        int from = target.indexOf(':') + 1;
        int to = target.startsWith(SERVER) ? Math.max(from, target.lastIndexOf('/')) : target.length();
        return target.substring(from, to);
    }

    /** The domain whose checks a customer's server is seen through; empty for a node. */
    public String domain() {
        String target = withoutFamily();
        return target.startsWith(SERVER) ? target.substring(target.lastIndexOf('/') + 1) : "";
    }

    @Override
    public String toString() {
        return text;
    }
}
