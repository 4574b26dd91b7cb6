package org.popnet.platform.tree;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.popnet.platform.tree.YamlNode.Entry;
import org.popnet.platform.tree.YamlNode.Mapping;
import org.popnet.platform.tree.YamlNode.Scalar;
import org.popnet.platform.tree.YamlNode.Sequence;

/**
 * A value in the document, with its place. Reading it as something it is not records a problem and gives empty, so that
 * reading goes on and finds the next mistake.
 *
 * @param line of the key that holds it, or of the value itself in a list; from 1
 */
record Value(Problems problems, String path, int line, YamlNode node) {
    private static final int SHOWN_MAX = 80;

    /** Records that something is wrong with this value. */
    void wrong(String message) {
        problems.add(line, path, message);
    }

    /** Records that something is wrong in one line of this value. */
    void wrongAt(int otherLine, String message) {
        problems.add(otherLine, path, message);
    }

    /** Records a value that is not allowed: what came, then what is. */
    void refuse(String came, String allowed) {
        wrong("'" + shown(came) + "': must be " + allowed);
    }

    /** Checks the name under which this value stands. */
    void name(String name) {
        named(name, ScalarType.LABEL);
    }

    /** The name under which this value stands, as what it must be. */
    <T> Optional<T> named(String name, ScalarType<T> type) {
        T parsed = type.parse(name);
        if (parsed == null) {
            refuse(name, type.allowed());
        }
        return Optional.ofNullable(parsed);
    }

    /** What stands here, in the document's own spelling; empty unless a scalar. */
    String text() {
        return node instanceof Scalar scalar ? scalar.text() : "";
    }

    boolean isScalar() {
        return node instanceof Scalar scalar && !scalar.isNull();
    }

    boolean isMapping() {
        return node instanceof Mapping;
    }

    boolean isList() {
        return node instanceof Sequence;
    }

    <T> Optional<T> as(ScalarType<T> type) {
        if (!(node instanceof Scalar scalar) || !isScalar()) {
            wrong(kind() + ": must be " + type.allowed());
            return Optional.empty();
        }
        T parsed = type.parse(scalar.text());
        if (parsed == null) {
            refuse(scalar.text(), type.allowed());
        }
        return Optional.ofNullable(parsed);
    }

    /** The elements of a list. */
    List<Value> list(String allowed) {
        if (!(node instanceof Sequence sequence)) {
            String came = node instanceof Scalar scalar && isScalar() ? "'" + shown(scalar.text()) + "'" : kind();
            wrong(came + ": must be a list of " + allowed);
            return List.of();
        }
        List<Value> elements = new ArrayList<>(sequence.elements().size());
        for (YamlNode element : sequence.elements()) {
            elements.add(new Value(problems, path, element.line(), element));
        }
        return elements;
    }

    /** The elements of a list of scalars with their places, none of them twice. Those that are wrong are left out. */
    <T> Map<T, Value> listOf(ScalarType<T> type) {
        Map<T, Value> elements = new LinkedHashMap<>();
        for (Value element : list(type.allowed())) {
            element.as(type).ifPresent(item -> {
                if (elements.putIfAbsent(item, element) != null) {
                    element.wrong("'" + shown(element.text()) + "' twice: must be named once");
                }
            });
        }
        return elements;
    }

    /** A mapping whose keys are names that the administrator chooses. */
    Optional<Section> mapping() {
        if (!(node instanceof Mapping mapping)) {
            String came = node instanceof Scalar scalar && isScalar() ? "'" + shown(scalar.text()) + "'" : kind();
            wrong(came + ": must be a mapping (key: value)");
            return Optional.empty();
        }
        Map<String, Value> values =
                LinkedHashMap.newLinkedHashMap(mapping.entries().size());
        for (Entry entry : mapping.entries()) {
            int keyLine = entry.key().line();
            if (!(entry.key() instanceof Scalar key)) {
                problems.add(keyLine, path, "a key that is a list or a mapping: must be a name");
                continue;
            }
            String name = key.text();
            Value value = new Value(problems, path.isEmpty() ? name : path + "." + name, keyLine, entry.value());
            Value first = values.putIfAbsent(name, value);
            if (first != null) {
                value.wrong("key '" + shown(name) + "' twice: must stand once; the first is in line " + first.line());
            }
        }
        return Optional.of(new Section(this, values));
    }

    /** A mapping whose keys are of the tree's grammar. */
    Optional<Section> section(List<String> keys) {
        Optional<Section> section = mapping();
        section.ifPresent(s -> s.only(keys));
        return section;
    }

    private String kind() {
        return switch (node) {
            case Mapping mapping -> "a mapping";
            case Sequence sequence -> "a list";
            case Scalar scalar -> "nothing";
        };
    }

    static String shown(String text) {
        StringBuilder shown = new StringBuilder();
        for (int i = 0; i < Math.min(text.length(), SHOWN_MAX); i++) {
            char c = text.charAt(i);
            shown.append(Character.isISOControl(c) ? '?' : c);
        }
        return text.length() > SHOWN_MAX ? shown + "… (" + text.length() + " characters)" : shown.toString();
    }
}
