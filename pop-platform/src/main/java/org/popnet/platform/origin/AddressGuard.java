package org.popnet.platform.origin;

import java.net.InetAddress;
import org.popnet.platform.tree.Customer;

/** Which addresses a node may connect to on behalf of a customer. */
public final class AddressGuard {
    private AddressGuard() {}

    /**
     * Whether a connection to this address may be made for this customer: one of the customer's own servers as the tree
     * lists them. Everything else is refused, above all private, loopback and link-local addresses in any spelling.
     */
    public static boolean admits(Customer customer, InetAddress address, int port) {
        return customer.servers().values().stream()
                .anyMatch(s -> s.port() == port && s.address().equals(address));
    }
}
