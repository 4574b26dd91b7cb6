package org.popnet.platform.tree;

/**
 * The unique name of a node, {@code node.pop}: {@code edge1.westusa}. Both labels are host-name labels in lower case
 * (RFC 1123), so that {@code node.pop.zone} is the node's name in DNS.
 */
public record NodeName(String node, String pop) implements Comparable<NodeName> {
    private static final int LABEL_MAX = 63;

    public NodeName {
        if (!isLabel(node) || !isLabel(pop)) {
            throw new IllegalArgumentException(
                    "node name '" + node + "." + pop + "': must be node.pop, each of 1 to 63 of a-z, 0-9 and '-'");
        }
    }

    /** @throws IllegalArgumentException if the text is not two host-name labels joined by a dot */
    public static NodeName of(String text) {
        int dot = text.indexOf('.');
        if (dot < 0) {
            throw new IllegalArgumentException("node name '" + text + "': must be node.pop");
        }
        return new NodeName(text.substring(0, dot), text.substring(dot + 1));
    }

    static boolean isLabel(String text) {
        return isLabel(text, 0, text.length());
    }

    /** Whether this part of the text is a host-name label; without a pattern, a large tree has tens of thousands. */
    static boolean isLabel(String text, int from, int to) {
        if (from >= to || to - from > LABEL_MAX || text.charAt(from) == '-' || text.charAt(to - 1) == '-') {
            return false;
        }
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            if ((c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-') {
                return false;
            }
        }
        return true;
    }

    @Override
    public int compareTo(NodeName other) {
        int byPop = pop.compareTo(other.pop);
        return byPop != 0 ? byPop : node.compareTo(other.node);
    }

    @Override
    public String toString() {
        return node + "." + pop;
    }
}
