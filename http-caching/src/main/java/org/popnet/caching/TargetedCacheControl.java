package org.popnet.caching;

import java.util.EnumSet;
import org.jspecify.annotations.Nullable;
import org.popnet.caching.CacheControl.Directive;

/**
 * Targeted cache control (RFC 9213): a Dictionary of structured fields (RFC 9651), parsed strictly. A field that does
 * not parse, or is empty, is as if it were absent; a directive of the wrong type is ignored; of a key given twice the
 * last counts.
 */
final class TargetedCacheControl {
    private final String text;
    private int at;

    private TargetedCacheControl(String text) {
        this.text = text;
    }

    static @Nullable CacheControl parse(@Nullable String field) {
        if (field == null) {
            return null;
        }
        try {
            return new TargetedCacheControl(field).dictionary();
        } catch (Malformed e) {
            return null;
        }
    }

    private @Nullable CacheControl dictionary() {
        EnumSet<Directive> present = EnumSet.noneOf(Directive.class);
        long[] seconds = new long[Directive.values().length];
        int members = 0;
        skip(" ");
        while (!atEnd()) {
            String key = key();
            Object value = Boolean.TRUE;
            if (!atEnd() && peek() == '=') {
                at++;
                value = peekOrFail() == '(' ? innerList() : bareItem();
            }
            parameters();
            members++;
            apply(key, value, present, seconds);
            skip(" \t");
            if (atEnd()) {
                break;
            }
            expect(',');
            skip(" \t");
            if (atEnd()) {
                throw Malformed.INSTANCE; // trailing comma
            }
        }
        return members == 0 ? null : new CacheControl(present, seconds);
    }

    private static void apply(String key, Object value, EnumSet<Directive> present, long[] seconds) {
        Directive directive = Directive.ofName(key);
        if (directive == null) {
            return;
        }
        present.remove(directive);
        if (directive.timed()) {
            if (value instanceof Long number && number >= 0) {
                present.add(directive);
                seconds[directive.ordinal()] = Math.min(number, 1L << 31);
            }
        } else if (!Boolean.FALSE.equals(value)) {
            present.add(directive); // private="Set-Cookie" is as private
        }
    }

    private String key() {
        int start = at;
        char first = peekOrFail();
        if (first != '*' && (first < 'a' || first > 'z')) {
            throw Malformed.INSTANCE;
        }
        while (!atEnd() && isKeyChar(peek())) {
            at++;
        }
        return text.substring(start, at);
    }

    private static boolean isKeyChar(char c) {
        return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '_' || c == '-' || c == '.' || c == '*';
    }

    private Object innerList() {
        expect('(');
        while (true) {
            skip(" ");
            if (peekOrFail() == ')') {
                at++;
                return "()";
            }
            bareItem();
            parameters();
            char next = peekOrFail();
            if (next != ' ' && next != ')') {
                throw Malformed.INSTANCE;
            }
        }
    }

    private void parameters() {
        while (!atEnd() && peek() == ';') {
            at++;
            skip(" ");
            key();
            if (!atEnd() && peek() == '=') {
                at++;
                bareItem();
            }
        }
    }

    private Object bareItem() {
        char c = peekOrFail();
        if (c == '-' || c >= '0' && c <= '9') {
            return number();
        }
        if (c == '"') {
            return string();
        }
        if (c == ':') {
            return bytes();
        }
        if (c == '?') {
            at++;
            char value = peekOrFail();
            at++;
            if (value != '0' && value != '1') {
                throw Malformed.INSTANCE;
            }
            return value == '1';
        }
        if (c == '*' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z') {
            int start = at;
            while (!atEnd() && (peek() == ':' || peek() == '/' || Lists.isToken(String.valueOf(peek())))) {
                at++;
            }
            return text.substring(start, at);
        }
        throw Malformed.INSTANCE;
    }

    /** A Long for an integer, a Double for a decimal. */
    private Object number() {
        int start = at;
        if (peek() == '-') {
            at++;
        }
        int digits = digits();
        if (digits == 0 || digits > 15) {
            throw Malformed.INSTANCE;
        }
        if (atEnd() || peek() != '.') {
            return Long.valueOf(text.substring(start, at));
        }
        at++;
        int fraction = digits();
        if (digits > 12 || fraction == 0 || fraction > 3) {
            throw Malformed.INSTANCE;
        }
        return Double.valueOf(text.substring(start, at));
    }

    private int digits() {
        int start = at;
        while (!atEnd() && peek() >= '0' && peek() <= '9') {
            at++;
        }
        return at - start;
    }

    private String string() {
        expect('"');
        StringBuilder value = new StringBuilder();
        while (true) {
            char c = peekOrFail();
            at++;
            if (c == '"') {
                return value.toString();
            }
            if (c == '\\') {
                c = peekOrFail();
                at++;
                if (c != '"' && c != '\\') {
                    throw Malformed.INSTANCE;
                }
            } else if (c < 0x20 || c > 0x7e) {
                throw Malformed.INSTANCE;
            }
            value.append(c);
        }
    }

    private String bytes() {
        int end = text.indexOf(':', at + 1);
        if (end < 0 || !text.substring(at + 1, end).matches("[A-Za-z0-9+/=]*")) {
            throw Malformed.INSTANCE;
        }
        String value = text.substring(at, end + 1);
        at = end + 1;
        return value;
    }

    private void skip(String chars) {
        while (!atEnd() && chars.indexOf(peek()) >= 0) {
            at++;
        }
    }

    private void expect(char c) {
        if (peekOrFail() != c) {
            throw Malformed.INSTANCE;
        }
        at++;
    }

    private boolean atEnd() {
        return at == text.length();
    }

    private char peek() {
        return text.charAt(at);
    }

    private char peekOrFail() {
        if (atEnd()) {
            throw Malformed.INSTANCE;
        }
        return peek();
    }

    private static final class Malformed extends RuntimeException {
        static final Malformed INSTANCE = new Malformed();

        private Malformed() {
            super("not a structured field", null, false, false);
        }
    }
}
