package org.popnet.dns.server;

import java.io.IOException;
import java.net.InetSocketAddress;
import org.popnet.platform.settings.StartRefusedException;
import org.popnet.platform.tree.AddressText;

/** The name server cannot listen where the tree says; the message says what to do. */
public final class PortBusyException extends StartRefusedException {
    private static final long serialVersionUID = 1L;

    PortBusyException(InetSocketAddress address, String transport, IOException cause) {
        super(
                "the name server cannot listen on " + AddressText.of(address.getAddress(), address.getPort())
                        + " over " + transport + " (" + cause.getMessage()
                        + "): stop what listens there ('ss -lntup' shows it), or give the node another address or port"
                        + " (ports.dns) in network.yml",
                cause);
    }
}
