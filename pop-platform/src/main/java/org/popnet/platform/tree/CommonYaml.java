package org.popnet.platform.tree;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.popnet.platform.tree.YamlNode.Entry;
import org.popnet.platform.tree.YamlNode.Mapping;
import org.popnet.platform.tree.YamlNode.Scalar;
import org.popnet.platform.tree.YamlNode.Sequence;

/**
 * Reads the YAML that people commonly write, in a small part of the time that all of YAML takes: a large tree has a
 * hundred thousand prefixes, and a name server is not there until it has read them.
 *
 * <p>Common are mappings and lists by indentation or in brackets, scalars of one line with or without quotes, blocks
 * after {@code |}, comments. Everything else, and all that may be a mistake, is left to SnakeYAML, which says what is
 * wrong: this class gives either the same nodes as SnakeYAML, or none.
 */
final class CommonYaml {
    private static final int NESTING_MAX = 15;
    /** YAML allows 1024 characters. */
    private static final int KEY_MAX = 1000;

    private static final char END = '\0';
    private static final int NO_COLUMN = -1;
    /** Characters that mean something at the beginning of a scalar. */
    private static final String INDICATORS = "?:,[]{}#&*!|>%@`-";

    /** Characters that mean something in a scalar in brackets. */
    private static final String BRACKETS = ",[]{}";

    private static final Set<String> NULLS = Set.of("~", "null", "Null", "NULL");

    private final String text;
    private int position;
    private int line = 1;
    private int lineStart;

    private CommonYaml(String text) {
        this.text = text;
    }

    /** The document's root; empty if it has something uncommon, or a mistake. */
    static Optional<YamlNode> read(String text) {
        try {
            return Optional.of(new CommonYaml(text).document());
        } catch (UncommonException e) {
            return Optional.empty();
        }
    }

    /** Something that is left to others. */
    private static final class UncommonException extends Exception {
        private static final long serialVersionUID = 1L;

        private UncommonException() {
            super(null, null, false, false);
        }
    }

    private YamlNode document() throws UncommonException {
        for (int i = 0; i < text.length(); i++) {
            require(isCommon(text.charAt(i)));
        }
        beginLine();
        skip();
        require(here() != END);
        YamlNode root = block(NO_COLUMN, false, 0);
        require(here() == END && !(root instanceof Scalar));
        return root;
    }

    /** Neither a tab, nor a line break other than {@code \n}, nor anything that cannot be printed. */
    private static boolean isCommon(char c) {
        return c >= ' ' && c < 0x7f || c == '\n' || c >= 0xa0 && c < 0xd800 && c != 0x2028 && c != 0x2029;
    }

    private static void require(boolean common) throws UncommonException {
        if (!common) {
            throw new UncommonException();
        }
    }

    /**
     * The node that begins here; what follows it comes next.
     *
     * @param parent the column of the collection that it is in
     * @param besideKey whether its key stands in the same line, so that it cannot be a collection by indentation
     */
    private YamlNode block(int parent, boolean besideKey, int depth) throws UncommonException {
        require(depth < NESTING_MAX);
        int column = column();
        if (isDash()) {
            require(!besideKey);
            return sequence(column, false, depth);
        }
        YamlNode node;
        if (here() == '|') {
            node = literal(Math.max(parent, 0));
        } else {
            int begin = position;
            node = isOpening() ? brackets(depth) : scalar(false);
            if (here() == ':') {
                require(!besideKey && node instanceof Scalar && position - begin < KEY_MAX);
                return mapping((Scalar) node, column, depth);
            }
            endLine();
        }
        skip();
        require(here() == END || column() <= parent);
        return node;
    }

    /** A mapping by indentation, after its first key. */
    private Mapping mapping(Scalar first, int column, int depth) throws UncommonException {
        List<Entry> entries = new ArrayList<>();
        for (Scalar key = first; ; key = key()) {
            entries.add(new Entry(key, valueByIndentation(column, depth)));
            if (here() == END || column() < column) {
                return new Mapping(first.line(), entries);
            }
            require(column() == column);
        }
    }

    private Scalar key() throws UncommonException {
        int begin = position;
        Scalar key = scalar(false);
        require(here() == ':' && position - begin < KEY_MAX);
        return key;
    }

    private YamlNode valueByIndentation(int column, int depth) throws UncommonException {
        int colon = line;
        position++;
        require(isBlank(here()));
        skip();
        if (here() != END && (line == colon || column() > column)) {
            return block(column, line == colon, depth + 1);
        }
        return isDash() && column() == column ? sequence(column, true, depth + 1) : nothing(colon);
    }

    /** @param asValue of a key in the same column, which another key may follow */
    private Sequence sequence(int column, boolean asValue, int depth) throws UncommonException {
        require(depth < NESTING_MAX);
        List<YamlNode> elements = new ArrayList<>();
        int begin = line;
        do {
            int dash = line;
            position++;
            skip();
            boolean something = here() != END && (line == dash || column() > column);
            elements.add(something ? block(column, false, depth + 1) : nothing(dash));
            if (here() == END || column() < column) {
                return new Sequence(begin, elements);
            }
            require(column() == column);
        } while (isDash());
        require(asValue);
        return new Sequence(begin, elements);
    }

    private static Scalar nothing(int line) {
        return new Scalar(line, "", true, false);
    }

    /** A list or a mapping in brackets, over one line or several. */
    private YamlNode brackets(int depth) throws UncommonException {
        require(depth < NESTING_MAX);
        int begin = line;
        boolean list = here() == '[';
        char closing = list ? ']' : '}';
        List<YamlNode> elements = new ArrayList<>();
        List<Entry> entries = new ArrayList<>();
        position++;
        skip();
        while (here() != closing) {
            if (list) {
                elements.add(inBrackets(depth));
            } else {
                int from = position;
                Scalar key = scalar(true);
                require(here() == ':' && position - from < KEY_MAX);
                position++;
                require(isBlank(here()));
                skip();
                entries.add(new Entry(key, inBrackets(depth)));
            }
            skip();
            if (here() == ',') {
                position++;
                skip();
            } else {
                require(here() == closing);
            }
        }
        position++;
        return list ? new Sequence(begin, elements) : new Mapping(begin, entries);
    }

    private YamlNode inBrackets(int depth) throws UncommonException {
        return isOpening() ? brackets(depth + 1) : scalar(true);
    }

    private boolean isOpening() {
        return here() == '[' || here() == '{';
    }

    /** A scalar of one line; ends after its last character. */
    private Scalar scalar(boolean inBrackets) throws UncommonException {
        char first = here();
        if (first == '"' || first == '\'') {
            return quoted(first);
        }
        char second = at(position + 1);
        require(INDICATORS.indexOf(first) < 0
                || first == '-' && !isBlank(second) && (!inBrackets || BRACKETS.indexOf(second) < 0));
        int end = position;
        for (int i = position; !endsScalar(i, inBrackets); i++) {
            if (text.charAt(i) != ' ') {
                end = i + 1;
            }
        }
        require(end > position);
        String plain = text.substring(position, end);
        position = end;
        return new Scalar(line, plain, NULLS.contains(plain), false);
    }

    private boolean endsScalar(int i, boolean inBrackets) throws UncommonException {
        char c = at(i);
        return switch (c) {
            case END, '\n' -> true;
            case '#' -> at(i - 1) == ' ';
            case ':' -> {
                char next = at(i + 1);
                require(!inBrackets || BRACKETS.indexOf(next) < 0);
                yield isBlank(next);
            }
            case '?' -> {
                require(!inBrackets);
                yield false;
            }
            default -> inBrackets && BRACKETS.indexOf(c) >= 0;
        };
    }

    /** Between quotes, with nothing that means something else than itself. */
    private Scalar quoted(char quote) throws UncommonException {
        int end = text.indexOf(quote, position + 1);
        require(end > 0 && at(end + 1) != quote);
        String inside = text.substring(position + 1, end);
        require(inside.indexOf('\n') < 0 && (quote == '\'' || inside.indexOf('\\') < 0));
        position = end + 1;
        return new Scalar(line, inside, false, false);
    }

    /** The lines after {@code |} or {@code |-}, deeper than their parent. */
    private Scalar literal(int parent) throws UncommonException {
        int begin = line;
        position++;
        boolean strip = here() == '-';
        if (strip) {
            position++;
        }
        endLine();
        require(here() == '\n');
        newLine();
        StringBuilder lines = new StringBuilder();
        while (here() == '\n') {
            lines.append('\n');
            newLine();
        }
        int indentation = blanks(Integer.MAX_VALUE);
        position = lineStart + indentation;
        require(indentation > parent && !isBlank(here()));
        while (true) {
            int end = text.indexOf('\n', position);
            if (end < 0) {
                lines.append(text, position, text.length());
                position = text.length();
                return new Scalar(begin, lines.toString(), false, true);
            }
            lines.append(text, position, end);
            position = end;
            newLine();
            int empty = 0;
            while (at(lineStart + blanks(indentation)) == '\n') {
                position = lineStart + blanks(indentation);
                empty++;
                newLine();
            }
            position = lineStart + blanks(indentation);
            if (column() < indentation || here() == END) {
                return new Scalar(
                        begin, strip ? lines.toString() : lines.append('\n').toString(), false, true);
            }
            lines.repeat('\n', empty + 1);
        }
    }

    /** How many blanks, this many at most, the line begins with. */
    private int blanks(int most) {
        int blanks = 0;
        while (blanks < most && at(lineStart + blanks) == ' ') {
            blanks++;
        }
        return blanks;
    }

    /** Nothing but a comment may follow in the line. */
    private void endLine() throws UncommonException {
        while (here() == ' ') {
            position++;
        }
        comment();
        require(here() == '\n' || here() == END);
    }

    /** To what comes next. */
    private void skip() throws UncommonException {
        while (here() == ' ' || here() == '\n' || here() == '#') {
            if (here() == '\n') {
                newLine();
            } else if (here() == ' ') {
                position++;
            } else {
                comment();
            }
        }
    }

    /** To the end of the line, if a comment begins here. */
    private void comment() throws UncommonException {
        if (here() == '#') {
            require(position == lineStart || at(position - 1) == ' ');
            int end = text.indexOf('\n', position);
            position = end < 0 ? text.length() : end;
        }
    }

    private void newLine() throws UncommonException {
        position++;
        line++;
        beginLine();
    }

    /** Marks and directives of documents stand at the beginning of a line. */
    private void beginLine() throws UncommonException {
        lineStart = position;
        require(here() != '%' && !text.startsWith("---", position) && !text.startsWith("...", position));
    }

    private boolean isDash() {
        return here() == '-' && isBlank(at(position + 1));
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\n' || c == END;
    }

    private int column() {
        return position - lineStart;
    }

    private char here() {
        return at(position);
    }

    private char at(int index) {
        return index < text.length() ? text.charAt(index) : END;
    }
}
