package org.popnet.platform.tree;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.DumperOptions.ScalarStyle;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.composer.Composer;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeId;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.parser.ParserImpl;
import org.yaml.snakeyaml.reader.ReaderException;
import org.yaml.snakeyaml.reader.StreamReader;
import org.yaml.snakeyaml.resolver.Resolver;

/**
 * Reads YAML 1.1 text into nodes with their places, and no objects. Anchors, aliases and tags of one's own are refused:
 * what one reads in a place is what counts there.
 */
final class YamlDocument {
    static final int BYTES_MAX = 16 * 1024 * 1024;
    private static final int NESTING_MAX = 20;
    private static final Set<Tag> TAGS =
            Set.of(Tag.MAP, Tag.SEQ, Tag.STR, Tag.INT, Tag.FLOAT, Tag.BOOL, Tag.NULL, Tag.TIMESTAMP, Tag.MERGE);

    private YamlDocument() {}

    /**
     * The document's root.
     *
     * @throws InvalidTreeException if the text is too long, is not YAML, is empty, or has anchors
     */
    static Value read(Problems problems, String text) {
        int bytes = text.length() > BYTES_MAX ? text.length() : text.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > BYTES_MAX) {
            problems.add(1, "", "a document of " + bytes + " bytes: must be " + BYTES_MAX + " at most");
        } else {
            Optional<YamlNode> common = CommonYaml.read(text);
            if (common.isPresent()) {
                return new Value(problems, "", common.get().line(), common.get());
            }
            YamlNode root = readAll(problems, text);
            if (root != null) {
                return new Value(problems, "", root.line(), root);
            }
        }
        problems.throwIfAny();
        throw new IllegalStateException("no root and no problem");
    }

    /**
     * With all of YAML.
     *
     * @return null if there is a problem
     * @throws InvalidTreeException if it has anchors or tags
     */
    static @Nullable YamlNode readAll(Problems problems, String text) {
        Node root = compose(problems, text);
        if (root == null) {
            return null;
        }
        refuseAnchorsAndTags(problems, root);
        problems.throwIfAny();
        return node(root);
    }

    private static YamlNode node(Node node) {
        int line = line(node);
        return switch (node) {
            case MappingNode mapping ->
                new YamlNode.Mapping(
                        line,
                        mapping.getValue().stream()
                                .map(tuple -> new YamlNode.Entry(node(tuple.getKeyNode()), node(tuple.getValueNode())))
                                .toList());
            case SequenceNode sequence ->
                new YamlNode.Sequence(
                        line,
                        sequence.getValue().stream().map(YamlDocument::node).toList());
            case ScalarNode scalar ->
                new YamlNode.Scalar(
                        line,
                        scalar.getValue(),
                        scalar.getTag().equals(Tag.NULL),
                        scalar.getScalarStyle() == ScalarStyle.LITERAL);
            default -> throw new IllegalArgumentException("a node that was refused: " + node.getNodeId());
        };
    }

    private static int line(Node node) {
        return node.getStartMark().getLine() + 1;
    }

    private static @Nullable Node compose(Problems problems, String text) {
        LoaderOptions options = new LoaderOptions();
        options.setCodePointLimit(BYTES_MAX);
        options.setNestingDepthLimit(NESTING_MAX);
        try {
            Node root = new Composer(new ParserImpl(new StreamReader(text), options), new QuickResolver(), options)
                    .getSingleNode();
            if (root == null) {
                problems.add(1, "", "an empty document: must hold a tree, with at least 'network'");
            }
            return root;
        } catch (MarkedYAMLException e) {
            Mark mark = e.getProblemMark();
            String context = e.getContext() == null ? "" : e.getContext() + ", ";
            problems.add(mark == null ? 1 : mark.getLine() + 1, "", "not YAML: " + context + e.getProblem());
        } catch (ReaderException e) {
            int end = Math.min(e.getPosition(), text.length());
            int line = 1
                    + (int) text.substring(0, Math.max(0, end))
                            .chars()
                            .filter(c -> c == '\n')
                            .count();
            problems.add(line, "", "not YAML: the character U+%04X: must be printable".formatted(e.getCodePoint()));
        } catch (YAMLException e) {
            problems.add(1, "", "not YAML: " + e.getMessage());
        }
        return null;
    }

    /** Tries no patterns on what they cannot match: a large tree has a hundred thousand prefixes. */
    private static final class QuickResolver extends Resolver {
        @Override
        public Tag resolve(NodeId kind, String value, boolean implicit) {
            // Nothing that YAML 1.1 takes for a number, a date or a word of its own holds a slash.
            return kind == NodeId.scalar && implicit && value.indexOf('/') >= 0
                    ? Tag.STR
                    : super.resolve(kind, value, implicit);
        }
    }

    /** Goes into no anchored node, so that it ends also where a node contains itself. */
    private static void refuseAnchorsAndTags(Problems problems, Node node) {
        if (node.getAnchor() != null) {
            problems.add(
                    line(node),
                    "",
                    "anchor '&" + Value.shown(node.getAnchor())
                            + "': must be left out; write the value where it belongs, rules can extend each other");
            return;
        }
        if (!TAGS.contains(node.getTag())) {
            problems.add(line(node), "", "tag '" + Value.shown(node.getTag().getValue()) + "': must be left out");
        }
        switch (node) {
            case MappingNode mapping -> {
                for (NodeTuple tuple : mapping.getValue()) {
                    refuseAnchorsAndTags(problems, tuple.getKeyNode());
                    refuseAnchorsAndTags(problems, tuple.getValueNode());
                }
            }
            case SequenceNode sequence -> sequence.getValue().forEach(n -> refuseAnchorsAndTags(problems, n));
            case ScalarNode scalar -> {}
            default -> problems.add(line(node), "", "not YAML: an unexpected node");
        }
    }
}
