package org.popnet.local.state;

import java.util.List;
import java.util.Map;
import org.popnet.platform.tree.NetworkTree;

/**
 * A local network whose state is on disk and which can be started.
 *
 * @param tree as it stands in the network's own repository, keys included
 * @param databasePasswords by PostgreSQL role: {@code admin}, {@code log}, {@code netview}
 */
public record PreparedNetwork(
        StateDirectory state,
        Instance instance,
        NetworkTree tree,
        List<Login> logins,
        Map<String, String> databasePasswords) {
    public PreparedNetwork {
        logins = List.copyOf(logins);
        databasePasswords = Map.copyOf(databasePasswords);
    }

    /** Shows no password. */
    @Override
    public String toString() {
        return "PreparedNetwork[" + state.root() + ", " + tree.nodes().keySet() + "]";
    }
}
