package org.popnet.local.process;

import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;

/**
 * A process of a local network, running or not.
 *
 * @param name unique in the network: {@code edge1.westusa}, {@code west.customer1}, {@code california}
 * @param pop the POP, {@code hq} included; for what belongs to no POP whose it is: {@code customer1}, {@code internet}
 * @param ports what it will listen on at its address
 * @param command made when it is started, since that may have to extract the service first
 * @param health how it is asked how it is
 */
public record ProcessSpec(
        String name,
        String pop,
        String service,
        InetAddress address,
        List<Port> ports,
        Supplier<List<String>> command,
        Path directory,
        Path log,
        HealthCheck health) {
    public ProcessSpec {
        ports = List.copyOf(ports);
    }

    /** A port of one protocol. */
    public record Port(Protocol protocol, int number) {}

    /** A transport protocol. */
    public enum Protocol {
        TCP,
        UDP
    }
}
