package org.popnet.local.state;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.ScalarNode;

/**
 * Gives every node of a tree an address of its own, as containers have them: of nodes that share one, the first keeps it
 * and the others get the next free ones. Everything else stays as its author wrote it.
 */
public final class OwnAddresses {
    private static final Pattern IPV4 = Pattern.compile("([0-9]+\\.[0-9]+\\.[0-9]+\\.)([0-9]+)");
    private static final int LAST_OCTET_MAX = 254;

    private OwnAddresses() {}

    /** @throws IllegalArgumentException if there is no free address left beside a shared one */
    public static String give(String tree) {
        List<ScalarNode> addresses = new ArrayList<>();
        Set<String> taken = new HashSet<>();
        for (Map.Entry<String, MappingNode> node : TreeKeys.nodes(tree).entrySet()) {
            Optional<ScalarNode> address = TreeKeys.child(node.getValue(), "address")
                    .filter(ScalarNode.class::isInstance)
                    .map(ScalarNode.class::cast);
            address.ifPresent(addresses::add);
            address.ifPresent(a -> taken.add(a.getValue()));
        }
        List<TreeKeys.Edit> edits = new ArrayList<>();
        Set<String> given = new HashSet<>();
        for (ScalarNode address : addresses) {
            if (!given.add(address.getValue())) {
                String free = free(address.getValue(), taken);
                taken.add(free);
                edits.add(TreeKeys.replace(tree, address, free));
            }
        }
        return TreeKeys.apply(tree, edits);
    }

    private static String free(String address, Set<String> taken) {
        Matcher octets = IPV4.matcher(address);
        if (octets.matches()) {
            for (int last = Integer.parseInt(octets.group(2)) + 1; last <= LAST_OCTET_MAX; last++) {
                String next = octets.group(1) + last;
                if (!taken.contains(next)) {
                    return next;
                }
            }
        }
        throw new IllegalArgumentException(
                "several nodes have the address " + address + ", and none is free beside it");
    }
}
