package org.popnet.platform.control;

import java.util.Arrays;
import java.util.Optional;
import org.popnet.platform.tree.Service;

/** What a certificate of the network lets its holder do on control ports; the certificate's OU names it. */
public enum Role {
    DNS(Service.DNS.key()),
    PROBE(Service.PROBE.key()),
    EDGE_CACHE(Service.EDGE_CACHE.key()),
    ORIGIN_FETCH(Service.ORIGIN_FETCH.key()),
    LOG(Service.LOG.key()),
    NETVIEW(Service.NETVIEW.key()),
    ADMIN(Service.ADMIN.key()),
    /** the command line of someone who runs the network */
    OPERATOR("operator");

    private final String key;

    Role(String key) {
        this.key = key;
    }

    public String key() {
        return key;
    }

    public static Role of(Service service) {
        return valueOf(service.name());
    }

    public static Optional<Role> ofKey(String key) {
        return Arrays.stream(values()).filter(r -> r.key.equals(key)).findFirst();
    }
}
