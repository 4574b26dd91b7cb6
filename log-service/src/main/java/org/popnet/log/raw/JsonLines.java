package org.popnet.log.raw;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Lines of JSON in UTF-8, in a buffer that grows and is used again. A record is written without an object of its own:
 * this runs for every request of the network.
 */
final class JsonLines {
    private static final int SHRINK_BYTES = 8 << 20;
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    private byte[] bytes = new byte[16 * 1024];
    private int length;
    private boolean first;
    /** The second that {@link #second} spells. */
    private long secondOf = Long.MIN_VALUE;

    private byte[] second = new byte[0];

    byte[] array() {
        return bytes;
    }

    int length() {
        return length;
    }

    void clear() {
        length = 0;
        if (bytes.length > SHRINK_BYTES) {
            bytes = new byte[16 * 1024];
        }
    }

    JsonLines begin() {
        room(1);
        bytes[length++] = '{';
        first = true;
        return this;
    }

    void end() {
        room(2);
        bytes[length++] = '}';
        bytes[length++] = '\n';
    }

    /** Writes an instant in ISO-8601, UTC, with milliseconds. */
    JsonLines time(byte[] name, long ms) {
        name(name);
        long whole = Math.floorDiv(ms, 1000L);
        if (whole != secondOf) {
            String text = Instant.ofEpochSecond(whole).toString();
            second = text.substring(0, text.length() - 1).getBytes(StandardCharsets.US_ASCII);
            secondOf = whole;
        }
        int rest = (int) Math.floorMod(ms, 1000L);
        room(second.length + 7);
        bytes[length++] = '"';
        System.arraycopy(second, 0, bytes, length, second.length);
        length += second.length;
        bytes[length++] = '.';
        bytes[length++] = (byte) ('0' + rest / 100);
        bytes[length++] = (byte) ('0' + rest / 10 % 10);
        bytes[length++] = (byte) ('0' + rest % 10);
        bytes[length++] = 'Z';
        bytes[length++] = '"';
        return this;
    }

    /** @param value 0 or more */
    JsonLines number(byte[] name, long value) {
        name(name);
        room(20);
        int digits = 1;
        for (long rest = value; rest >= 10; rest /= 10) {
            digits++;
        }
        long rest = value;
        for (int at = length + digits - 1; at >= length; at--) {
            bytes[at] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        length += digits;
        return this;
    }

    /** Writes a text, or nothing if there is none. Lone surrogates, which UTF-8 cannot spell, are escaped. */
    JsonLines text(byte[] name, @Nullable String value) {
        if (value == null) {
            return this;
        }
        name(name);
        room(6 * value.length() + 2);
        bytes[length++] = '"';
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c >= 0x20 && c < 0x7F && c != '"' && c != '\\') {
                bytes[length++] = (byte) c;
            } else if (c == '"' || c == '\\') {
                bytes[length++] = '\\';
                bytes[length++] = (byte) c;
            } else if (c < 0x20 || c == 0x7F || Character.isSurrogate(c)) {
                escape(c);
            } else if (c < 0x800) {
                bytes[length++] = (byte) (0xC0 | c >> 6);
                bytes[length++] = (byte) (0x80 | c & 0x3F);
            } else {
                bytes[length++] = (byte) (0xE0 | c >> 12);
                bytes[length++] = (byte) (0x80 | c >> 6 & 0x3F);
                bytes[length++] = (byte) (0x80 | c & 0x3F);
            }
        }
        bytes[length++] = '"';
        return this;
    }

    private void escape(char c) {
        bytes[length++] = '\\';
        bytes[length++] = 'u';
        for (int shift = 12; shift >= 0; shift -= 4) {
            bytes[length++] = HEX[c >> shift & 0xF];
        }
    }

    private void name(byte[] name) {
        room(name.length + 1);
        if (!first) {
            bytes[length++] = ',';
        }
        first = false;
        System.arraycopy(name, 0, bytes, length, name.length);
        length += name.length;
    }

    private void room(int more) {
        if (bytes.length - length < more) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
        }
    }

    /** A field's name as it stands before its value. */
    static byte[] field(String name) {
        return ("\"" + name + "\":").getBytes(StandardCharsets.US_ASCII);
    }
}
