package org.popnet.fetch.origin;

import java.util.Map;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * Customers whose content this node fetches from one certain server of theirs, instead of the best one that the name
 * servers rank.
 *
 * @param servers by the customer's name in the tree the server's: {@code customer1=west}. That server is asked for
 *     everything, and no other one if it fails. Default: none
 */
@ConfigurationProperties(prefix = "popnet.fetch.fixed-origin", ignoreUnknownFields = false)
public record FixedOriginSettings(Map<String, String> servers) {
    public FixedOriginSettings {
        servers = servers == null ? Map.of() : Map.copyOf(servers);
    }
}
