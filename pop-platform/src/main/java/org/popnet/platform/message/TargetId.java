package org.popnet.platform.message;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import org.popnet.platform.tree.CustomerServer;
import org.popnet.platform.tree.NodeName;

/**
 * What a service check was about: a node, or a customer's server as seen through one domain's checks. The text is
 * {@code node:edge1.westusa} or {@code server:customer1/west/www.customer1.example}.
 */
public record TargetId(@JsonValue String text) {
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public TargetId {
        if (text.length() > 512) {
            throw new IllegalArgumentException("target of " + text.length() + " characters: must be 512 at most");
        }
    }

    public static TargetId of(NodeName node) {
        return new TargetId("node:" + node);
    }

    public static TargetId of(CustomerServer server, String domain) {
        return new TargetId("server:" + server.customer() + "/" + server.name() + "/" + domain);
    }

    /** Whose load counts and who is watched by whom: the node, or {@code customer/server} whatever the domain. */
    public String machine() {
        int from = text.indexOf(':') + 1;
        int to = text.startsWith("server:") ? Math.max(from, text.lastIndexOf('/')) : text.length();
        return text.substring(from, to);
    }

    @Override
    public String toString() {
        return text;
    }
}
