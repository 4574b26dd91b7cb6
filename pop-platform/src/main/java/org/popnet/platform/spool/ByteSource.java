package org.popnet.platform.spool;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads what {@link ByteSink} wrote, trusting nothing. */
final class ByteSource {
    /** Stands in for the length of a text that is not there. */
    static final int NULL = 0xFFFF;

    private final byte[] bytes;
    private final int end;
    private int at;

    ByteSource(byte[] bytes, int start, int end) {
        this.bytes = bytes;
        this.at = start;
        this.end = end;
    }

    boolean hasMore() {
        return at < end;
    }

    int position() {
        return at;
    }

    int octet() throws MalformedBatchException {
        if (at >= end) {
            throw new MalformedBatchException("ends in the middle of a record, after " + end + " bytes");
        }
        return bytes[at++] & 0xFF;
    }

    int index(int size, String what) throws MalformedBatchException {
        int index = octet();
        if (index >= size) {
            throw new MalformedBatchException(what + " " + index + ": must be under " + size);
        }
        return index;
    }

    long varint() throws MalformedBatchException {
        long value = 0;
        for (int shift = 0; shift < 63; shift += 7) {
            int octet = octet();
            value |= (long) (octet & 0x7F) << shift;
            if (octet < 0x80) {
                return value;
            }
        }
        throw new MalformedBatchException("a number over 63 bits");
    }

    String address() throws MalformedBatchException {
        return switch (octet()) {
            case 0 -> text(45);
            case 4 -> octet() + "." + octet() + "." + octet() + "." + octet();
            default -> throw new MalformedBatchException("client address of an unknown kind: must be 0 or 4");
        };
    }

    String coded(List<String> codes, int bytesMax) throws MalformedBatchException {
        int code = index(codes.size(), "code");
        return code == 0 ? text(bytesMax) : codes.get(code);
    }

    String text(int bytesMax) throws MalformedBatchException {
        String text = optionalText(bytesMax);
        if (text == null) {
            throw new MalformedBatchException("a text is missing");
        }
        return text;
    }

    @Nullable String optionalText(int bytesMax) throws MalformedBatchException {
        int length = octet() << 8 | octet();
        if (length == NULL) {
            return null;
        }
        if (length > bytesMax || length > end - at) {
            throw new MalformedBatchException("a text of " + length + " bytes: must be " + bytesMax + " at most, and "
                    + (end - at) + " are left");
        }
        int start = at;
        at += length;
        if (isAscii(start, at)) {
            return new String(bytes, start, length, StandardCharsets.ISO_8859_1);
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes, start, length))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new MalformedBatchException("a text that is not UTF-8");
        }
    }

    private boolean isAscii(int from, int to) {
        int all = 0;
        for (int i = from; i < to; i++) {
            all |= bytes[i];
        }
        return all >= 0;
    }
}
