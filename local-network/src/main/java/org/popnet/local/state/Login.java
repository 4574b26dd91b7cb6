package org.popnet.local.state;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.popnet.platform.tree.NetworkTree;

/**
 * A demo login to the console.
 *
 * @param role {@code NETWORK_ADMIN} or {@code CUSTOMER_ADMIN}
 * @param customer whose data it sees; empty for the network's own people
 */
public record Login(String name, String password, String role, String customer) {

    static List<Login> generate(NetworkTree tree, Secrets secrets) {
        List<Login> logins = new ArrayList<>();
        logins.add(new Login("admin", secrets.password(), "NETWORK_ADMIN", ""));
        tree.customers()
                .keySet()
                .forEach(customer -> logins.add(new Login(customer, secrets.password(), "CUSTOMER_ADMIN", customer)));
        return logins;
    }

    /** One line each, {@code name:password:ROLE:customer}. */
    static String format(List<Login> logins) {
        return logins.stream()
                .map(l -> String.join(":", l.name, l.password, l.role, l.customer) + "\n")
                .collect(Collectors.joining());
    }

    /** @throws IllegalArgumentException if a line is not {@code name:password:ROLE:customer} */
    static List<Login> parse(String text) {
        return text.lines()
                .filter(line -> !line.isBlank())
                .map(line -> {
                    String[] parts = line.split(":", -1);
                    if (parts.length != 4) {
                        throw new IllegalArgumentException(
                                "a login line of " + parts.length + " parts: must be name:password:ROLE:customer");
                    }
                    return new Login(parts[0], parts[1], parts[2], parts[3]);
                })
                .toList();
    }
}
