package org.popnet.local.state;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.popnet.platform.tree.NodeKey;
import org.yaml.snakeyaml.DumperOptions.FlowStyle;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;

/**
 * Writes nodes' public keys into the text of a tree where the node stands, and touches nothing else: comments and layout
 * stay as their author wrote them.
 */
final class TreeKeys {
    private TreeKeys() {}

    /** A replacement of a part of the text. */
    record Edit(int from, int to, String text) {}

    /**
     * @param keys by node name; nodes that the tree does not have are ignored
     * @return the text in which each of these nodes has {@code key: <its key>}
     */
    static String write(String tree, Map<String, NodeKey> keys) {
        List<Edit> edits = new ArrayList<>();
        nodes(tree).forEach((name, node) -> {
            NodeKey key = keys.get(name);
            if (key != null) {
                edits.add(edit(tree, node, key));
            }
        });
        return apply(tree, edits);
    }

    static String apply(String tree, List<Edit> edits) {
        StringBuilder text = new StringBuilder(tree);
        edits.stream()
                .sorted(Comparator.comparingInt(Edit::from).reversed())
                .forEach(e -> text.replace(e.from, e.to, e.text));
        return text.toString();
    }

    /** The node's value in place of that one. */
    static Edit replace(String tree, Node value, String text) {
        return new Edit(index(tree, value.getStartMark()), index(tree, value.getEndMark()), text);
    }

    private static Edit edit(String tree, MappingNode node, NodeKey key) {
        Optional<Node> present = child(node, "key");
        if (present.isPresent()) {
            return replace(tree, present.get(), key.toString());
        }
        if (node.getFlowStyle() == FlowStyle.FLOW) {
            int end = index(tree, node.getValue().getLast().getValueNode().getEndMark());
            return new Edit(end, end, ", key: " + key);
        }
        Mark first = node.getValue().getFirst().getKeyNode().getStartMark();
        int start = index(tree, first);
        return new Edit(start, start, "key: " + key + "\n" + " ".repeat(first.getColumn()));
    }

    /** The mappings below {@code pops.*.nodes}, by node name. */
    static Map<String, MappingNode> nodes(String tree) {
        Map<String, MappingNode> nodes = new LinkedHashMap<>();
        Node root = new Yaml(new LoaderOptions()).compose(new StringReader(tree));
        child(root, "pops").ifPresent(pops -> entries(pops).forEach(pop -> child(pop.getValueNode(), "nodes")
                .ifPresent(named -> entries(named).forEach(node -> {
                    if (node.getKeyNode() instanceof ScalarNode name
                            && node.getValueNode() instanceof MappingNode mapping
                            && !mapping.getValue().isEmpty()) {
                        nodes.put(name.getValue(), mapping);
                    }
                }))));
        return nodes;
    }

    private static List<NodeTuple> entries(Node node) {
        return node instanceof MappingNode mapping ? mapping.getValue() : List.of();
    }

    static Optional<Node> child(Node node, String key) {
        return entries(node).stream()
                .filter(t -> t.getKeyNode() instanceof ScalarNode scalar
                        && scalar.getValue().equals(key))
                .map(NodeTuple::getValueNode)
                .findFirst();
    }

    /** A mark counts code points, a string counts chars. */
    private static int index(String text, Mark mark) {
        return text.offsetByCodePoints(0, mark.getIndex());
    }
}
