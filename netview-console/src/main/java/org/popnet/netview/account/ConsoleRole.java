package org.popnet.netview.account;

import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.GrantedAuthority;

/** What a user may do. */
public enum ConsoleRole implements GrantedAuthority {
    /** sees a customer's statistics, flushes and domains */
    VIEWER("Viewer"),
    /** also flushes */
    ENGINEER("Engineer"),
    /** sees statistics and bills */
    BILLING("Billing"),
    /** everything of one customer, its users included */
    CUSTOMER_ADMIN("Customer administrator"),
    /** everything of every customer, and the network's own pages */
    NETWORK_ADMIN("Network administrator");

    private final String title;

    ConsoleRole(String title) {
        this.title = title;
    }

    public String title() {
        return title;
    }

    public boolean mayFlush() {
        return this == ENGINEER || this == CUSTOMER_ADMIN || this == NETWORK_ADMIN;
    }

    public boolean maySeeBills() {
        return this == BILLING || this == CUSTOMER_ADMIN || this == NETWORK_ADMIN;
    }

    /** Whether the user belongs to the network rather than to one customer. */
    public boolean isNetwork() {
        return this == NETWORK_ADMIN;
    }

    @Override
    public String getAuthority() {
        return "ROLE_" + name();
    }

    /** The role of whoever signed in; {@link #VIEWER}, the least, for anybody else. */
    public static ConsoleRole of(@Nullable Authentication authentication) {
        return authentication != null && authentication.getPrincipal() instanceof ConsoleUser user
                ? user.role()
                : VIEWER;
    }
}
