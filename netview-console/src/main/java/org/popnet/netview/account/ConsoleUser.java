package org.popnet.netview.account;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.AuthenticatedPrincipal;

/**
 * Someone who has signed in.
 *
 * @param customer whose figures the user sees; null exactly for those who belong to the network
 */
public record ConsoleUser(
        String name, ConsoleRole role, @Nullable String customer) implements AuthenticatedPrincipal, Serializable {
    public ConsoleUser {
        if (role.isNetwork() != (customer == null)) {
            throw new IllegalArgumentException("user " + name + ": " + role
                    + (customer == null ? " needs a customer" : " belongs to no customer, not to " + customer));
        }
    }

    @Override
    public String getName() {
        return name;
    }
}
