package org.popnet.platform.spool;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A reusable buffer that one record is written into, without allocation. */
final class ByteSink {
    private byte[] bytes = new byte[2048];
    private int length;

    void reset() {
        length = 0;
    }

    byte[] array() {
        return bytes;
    }

    int length() {
        return length;
    }

    void octet(int value) {
        bytes[length++] = (byte) value;
    }

    void uint16(int value) {
        octet(value >>> 8);
        octet(value);
    }

    /** Negative values are written as 0: sizes and times that a caller could not know. */
    void varint(long value) {
        long rest = Math.max(value, 0);
        while (rest >= 0x80) {
            octet((int) (rest & 0x7F) | 0x80);
            rest >>>= 7;
        }
        octet((int) rest);
    }

    /** Writes 4 and the four bytes if the text is an IPv4 address in its one usual spelling. */
    boolean ipv4(String text) {
        int start = length;
        octet(4);
        int part = -1;
        int parts = 0;
        for (int i = 0; i <= text.length() && parts <= 4; i++) {
            char c = i < text.length() ? text.charAt(i) : '.';
            if (c == '.' && part >= 0) {
                octet(part);
                part = -1;
                parts++;
            } else if (c >= '0' && c <= '9' && part != 0) {
                part = Math.max(part, 0) * 10 + (c - '0');
                if (part > 255) {
                    break;
                }
            } else {
                parts = -1;
                break;
            }
        }
        if (parts == 4 && part == -1) {
            return true;
        }
        length = start;
        return false;
    }

    /** Writes an address in 5 bytes if it is IPv4, else as a text. */
    void address(String text) {
        if (!ipv4(text)) {
            octet(0);
            text(text, 45);
        }
    }

    /** Writes the place of the text in a list, or 0 and the text. */
    void coded(List<String> codes, String text, int bytesMax) {
        int code = text.isEmpty() ? -1 : codes.indexOf(text);
        octet(Math.max(code, 0));
        if (code < 0) {
            text(text, bytesMax);
        }
    }

    /** Writes a text or that there is none. */
    void optionalText(@Nullable String text, int bytesMax) {
        if (text == null) {
            uint16(ByteSource.NULL);
        } else {
            text(text, bytesMax);
        }
    }

    /** Writes length and UTF-8 of the text, cut before the character that does not fit. Lone surrogates become '?'. */
    void text(String text, int bytesMax) {
        int at = length;
        length += 2;
        int end = length + bytesMax;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < 0x80) {
                if (length + 1 > end) {
                    break;
                }
                octet(c);
            } else if (c < 0x800) {
                if (length + 2 > end) {
                    break;
                }
                octet(0xC0 | c >> 6);
                octet(0x80 | c & 0x3F);
            } else if (Character.isHighSurrogate(c)
                    && i + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(i + 1))) {
                if (length + 4 > end) {
                    break;
                }
                int point = Character.toCodePoint(c, text.charAt(++i));
                octet(0xF0 | point >> 18);
                octet(0x80 | point >> 12 & 0x3F);
                octet(0x80 | point >> 6 & 0x3F);
                octet(0x80 | point & 0x3F);
            } else if (Character.isSurrogate(c)) {
                if (length + 1 > end) {
                    break;
                }
                octet('?');
            } else {
                if (length + 3 > end) {
                    break;
                }
                octet(0xE0 | c >> 12);
                octet(0x80 | c >> 6 & 0x3F);
                octet(0x80 | c & 0x3F);
            }
        }
        int written = length - at - 2;
        bytes[at] = (byte) (written >>> 8);
        bytes[at + 1] = (byte) written;
    }

    /** How many bytes {@link #text} would need. */
    static int utf8Length(String text) {
        int bytes = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < 0x80) {
                bytes += 1;
            } else if (c < 0x800) {
                bytes += 2;
            } else if (Character.isHighSurrogate(c)
                    && i + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(i + 1))) {
                bytes += 4;
                i++;
            } else {
                bytes += Character.isSurrogate(c) ? 1 : 3;
            }
        }
        return bytes;
    }
}
