package org.popnet.fetch.serve;

import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.popnet.platform.agent.CurrentTree;
import org.popnet.platform.tree.ActiveTree;
import org.popnet.platform.tree.Customer;
import org.popnet.platform.tree.Domain;
import org.popnet.platform.tree.Node;

/** Who may ask, and for what: nodes of the tree, for domains that the tree says are hosted. */
final class Admission {
    private volatile Compiled compiled = new Compiled(Set.of(), Map.of());

    /** @param peers addresses of all nodes, as text */
    private record Compiled(Set<String> peers, Map<String, Site> sites) {
        static Compiled of(ActiveTree active) {
            return new Compiled(
                    active.tree().nodes().values().stream()
                            .map(Node::address)
                            .map(a -> a.getHostAddress())
                            .collect(Collectors.toUnmodifiableSet()),
                    active.tree().domains().values().stream()
                            .filter(d -> d.candidates().hosted())
                            .collect(Collectors.toUnmodifiableMap(
                                    Domain::name, d -> new Site(active.tree().customerOf(d), d))));
        }
    }

    /** A hosted domain and whose it is. */
    record Site(Customer customer, Domain domain) {}

    Admission(CurrentTree tree) {
        tree.subscribe(next -> {
            Compiled prepared = Compiled.of(next);
            return () -> compiled = prepared;
        });
    }

    /** @param address textual, as a socket gives it */
    boolean admitsPeer(String address) {
        int scope = address.indexOf('%');
        return compiled.peers().contains(scope < 0 ? address : address.substring(0, scope));
    }

    /** The hosted domain of this {@code Host} field, port and case apart; null if there is none. */
    @Nullable Site site(@Nullable String host) {
        if (host == null) {
            return null;
        }
        int colon = host.lastIndexOf(':');
        String name = (colon < 0 ? host : host.substring(0, colon)).toLowerCase(Locale.ROOT);
        return compiled.sites().get(name.endsWith(".") ? name.substring(0, name.length() - 1) : name);
    }
}
