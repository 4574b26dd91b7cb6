package org.popnet.platform.settings;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import org.popnet.platform.tree.NodeName;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * What a process must know before it has a tree; it stands in the node file.
 *
 * @param node its name in the tree
 * @param stateDirectory where it keeps everything that must survive a restart
 * @param address the address it binds, for listening and for every outgoing connection
 * @param controlPort where its control endpoints listen, 1 to 65535
 * @param zone the network's own zone
 * @param configServer the admin service's control address
 * @param nameServers {@code address:port} of two or more of the network's name servers, by which everything else is
 *     found
 */
@ConfigurationProperties("popnet")
public record NodeSettings(
        String node,
        Path stateDirectory,
        InetAddress address,
        int controlPort,
        String zone,
        URI configServer,
        List<String> nameServers) {
    public NodeSettings {
        nameServers = List.copyOf(nameServers);
    }

    public NodeName name() {
        return NodeName.of(node);
    }

    public Path identityDirectory() {
        return stateDirectory.resolve("identity");
    }

    public List<InetSocketAddress> nameServerAddresses() {
        return nameServers.stream().map(NodeSettings::address).toList();
    }

    private static InetSocketAddress address(String text) {
        int colon = text.lastIndexOf(':');
        if (colon < 0) {
            throw new IllegalArgumentException("name server '" + text + "': must be address:port");
        }
        return new InetSocketAddress(
                InetAddress.ofLiteral(text.substring(0, colon)), Integer.parseInt(text.substring(colon + 1)));
    }
}
