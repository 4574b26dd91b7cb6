package org.popnet.platform.tree;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@link CommonYaml} reads what SnakeYAML reads, or leaves it to that. */
class CommonYamlTest {
    private static final int DOCUMENTS = 30_000;

    private static final String[] PLAIN = {
        "a",
        "b",
        "name",
        "198.51.100.0/24",
        "null",
        "~",
        "-1",
        "10s",
        "a b",
        "a  b",
        "x:y",
        "a#b",
        "-x",
        "2000/s",
        "é",
        "<<",
        "a?"
    };

    private static final String[] ODD = {
        "'", "\"", "\\", ":", ": ", " :", "#", " #", "-", "- ", "\n", " ", "  ", ",", "[", "]", "{", "}", "|", "|-",
        "|+", ">", "&a ", "*a", "!x ", "!!str ", "? ", "?", "%", "---", "...", "\t", "\r", "@", "`", "\n\n", "\n  ",
        "~", "\u0085", "\u2028", "''", "\"\"", "\uFEFF", "=", "\0"
    };

    @Test
    void readsTheDemoNetwork() throws IOException {
        String text = Files.readString(Path.of("../config-repo/network.yml"));
        assertThat(CommonYaml.read(text)).isPresent().isEqualTo(Optional.ofNullable(all(text)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a: 1\nb: {c: d, e: [f, {g: 3}]}\n",
                "a:\n- b\n- c: d\n  e:\n    - f\n\nh:\n# comment\n  i:\nj: ~\n",
                "a:\n  - - b\n    - c\n  -\n  - |\n    two\n      lines\n\n  - 'it is' # so\n",
                "a: |\n  first\n\n   third\n\nb: |-\n  without end\nc: |\n\n  x",
                "a: [b,\n  c, # two\nd,]\n\"e\": {}",
                "{a: b, 'c': [], d: x:y}",
            })
    void readsWhatPeopleWrite(String text) {
        assertThat(CommonYaml.read(text)).isPresent().isEqualTo(Optional.ofNullable(all(text)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a: &x b\nc: *x\n",
                "a: b: c\n",
                "a: - b\n",
                "a: b\n  c\n",
                "a: \"b\\n\"\n",
                "a: >\n  b\n",
                "? a\n: b\n",
                "--- \na: b\n",
                "a: !!str b\n",
                "a:\tb\n",
                "a: b\n c: d\n",
                "a: [b\n",
                "a: 'b\n",
                "",
                "a",
                "- a\nb: c\n",
                "a: |2\n   b\n",
                "a: b\r\n",
                "a: {b}\n"
            })
    void leavesTheRestToSnakeYaml(String text) {
        assertThat(CommonYaml.read(text)).isEmpty();
    }

    @Test
    void readsGeneratedDocumentsAsSnakeYamlDoes() {
        Random random = new Random(7);
        int read = 0;
        for (int i = 0; i < DOCUMENTS; i++) {
            StringBuilder text = new StringBuilder();
            collection(random, text, 0, 0);
            String document = i % 4 == 0 ? text.toString() : mutated(random, text);
            Optional<YamlNode> common = CommonYaml.read(document);
            if (common.isPresent()) {
                read++;
                assertThat(common).as(document).isEqualTo(Optional.ofNullable(all(document)));
            }
        }
        assertThat(read).isGreaterThan(DOCUMENTS / 4);
    }

    private static @Nullable YamlNode all(String text) {
        try {
            return YamlDocument.readAll(new Problems("t"), text);
        } catch (InvalidTreeException e) {
            return null;
        }
    }

    private static String mutated(Random random, StringBuilder text) {
        for (int n = 1 + random.nextInt(3); n > 0; n--) {
            int at = random.nextInt(text.length() + 1);
            switch (random.nextInt(3)) {
                case 0 -> text.insert(at, ODD[random.nextInt(ODD.length)]);
                case 1 -> text.delete(at, Math.min(text.length(), at + 1 + random.nextInt(3)));
                default -> text.replace(at, Math.min(text.length(), at + 1), ODD[random.nextInt(ODD.length)]);
            }
        }
        return text.toString();
    }

    /** Lines at this indentation. */
    private static void collection(Random random, StringBuilder text, int indentation, int depth) {
        boolean list = depth > 0 && random.nextInt(3) == 0;
        for (int n = 1 + random.nextInt(3); n > 0; n--) {
            if (random.nextInt(6) == 0) {
                text.append(random.nextBoolean() ? "\n" : " ".repeat(random.nextInt(6)) + "# said: so\n");
            }
            text.append(" ".repeat(indentation));
            if (list) {
                text.append("- ");
                if (random.nextInt(4) == 0 && depth < 4) {
                    text.append("key:");
                    value(random, text, indentation + 2, depth);
                } else {
                    value(random, text, indentation, depth);
                }
            } else {
                text.append(scalar(random)).append(':');
                value(random, text, indentation, depth);
            }
        }
    }

    /** The rest of a line, and lines below it. */
    private static void value(Random random, StringBuilder text, int indentation, int depth) {
        switch (random.nextInt(depth < 4 ? 6 : 4)) {
            case 0 -> text.append(random.nextBoolean() ? "\n" : " # nothing\n");
            case 1 -> {
                text.append(' ');
                brackets(random, text, depth);
                text.append('\n');
            }
            case 2 -> {
                String margin = " ".repeat(indentation + 1 + random.nextInt(3));
                text.append(random.nextBoolean() ? " |\n" : " |-\n");
                for (int n = 1 + random.nextInt(3); n > 0; n--) {
                    text.append(margin)
                            .append(" ".repeat(random.nextInt(2)))
                            .append(scalar(random))
                            .append('\n');
                    text.append("\n".repeat(random.nextInt(2)));
                }
            }
            case 3 -> text.append(' ').append(scalar(random)).append(random.nextInt(4) == 0 ? " # why\n" : "\n");
            default -> {
                text.append('\n');
                collection(random, text, indentation + random.nextInt(3), depth + 1);
            }
        }
    }

    private static void brackets(Random random, StringBuilder text, int depth) {
        boolean list = random.nextBoolean();
        text.append(list ? '[' : '{');
        for (int n = random.nextInt(4); n > 0; n--) {
            if (!list) {
                text.append(scalar(random)).append(": ");
            }
            if (random.nextInt(4) == 0 && depth < 6) {
                brackets(random, text, depth + 1);
            } else {
                text.append(scalar(random));
            }
            text.append(n > 1 ? random.nextInt(4) == 0 ? ",\n  " : ", " : "");
        }
        text.append(list ? ']' : '}');
    }

    private static String scalar(Random random) {
        String plain = PLAIN[random.nextInt(PLAIN.length)];
        return switch (random.nextInt(8)) {
            case 0 -> "'" + plain + "'";
            case 1 -> "\"" + plain + "\"";
            default -> plain;
        };
    }
}
