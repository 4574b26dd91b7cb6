package org.popnet.platform.tree;

import java.util.List;

/** A piece of a YAML document: no more of it than the tree's readers need. */
sealed interface YamlNode {
    /** Where it begins, from 1. */
    int line();

    /**
     * @param text what stands for it in the document, without quotes and indentation
     * @param isNull nothing, {@code ~} or {@code null}, without quotes
     * @param literal a block after {@code |}, whose lines are kept
     */
    record Scalar(int line, String text, boolean isNull, boolean literal) implements YamlNode {}

    /** Its entries in their order, also those whose key stands twice. */
    record Mapping(int line, List<Entry> entries) implements YamlNode {}

    /** One of a mapping. */
    record Entry(YamlNode key, YamlNode value) {}

    /** A list. */
    record Sequence(int line, List<YamlNode> elements) implements YamlNode {}
}
