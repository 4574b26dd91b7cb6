package org.popnet.edge.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.popnet.caching.Headers;

/**
 * Cuts a connection's bytes into requests (RFC 9112), strictly: what another reader could understand differently is
 * refused. Lines end in CRLF, nothing else; no folding, no control characters, no space before a colon; lengths and chunk
 * sizes are digits. One per connection; once it has thrown it must not be used again.
 *
 * <p>Clients repeat themselves: fields that come byte for byte as in the request before are not understood anew.
 */
public final class RequestParser {
    private static final int CHUNK_LINE_BYTES_MAX = 256;
    /** Longer fields are not remembered: there may be a connection for each of 50,000 clients. */
    private static final int REMEMBERED_BYTES_MAX = 1024;

    private static final int GET = 'G' << 24 | 'E' << 16 | 'T' << 8 | ' ';
    /** {@code  HTTP/1.1\r\n} */
    private static final int VERSION_BYTES = 10;

    private static final long VERSION_START =
            Unpooled.copiedBuffer(" HTTP/1.", StandardCharsets.US_ASCII).getLong(0);
    private static final short VERSION_REST = '1' << 8 | '\r';

    private enum At {
        REQUEST_LINE,
        FIELDS,
        BODY,
        CHUNK_SIZE,
        CHUNK_DATA,
        CHUNK_END,
        TRAILERS,
        END
    }

    private final RequestLimits limits;
    private At at = At.REQUEST_LINE;
    private String method = "";
    private String target = "";
    private int minorVersion;
    private Headers.Builder fields = Headers.builder();
    private Headers trailers = Headers.EMPTY;
    private int fieldCount;
    private int headBytes;
    private int emptyLines;
    private int searched;
    private long remaining;
    /** The fields of an earlier request without a body, with their empty line, and what they mean. */
    private @Nullable ByteBuf rememberedBytes;

    private Headers remembered = Headers.EMPTY;

    public RequestParser(RequestLimits limits) {
        this.limits = limits;
    }

    /** Whether some of a head has come but not all of it. */
    public boolean insideHead() {
        return at == At.FIELDS || headBytes > 0 && at == At.REQUEST_LINE;
    }

    /**
     * Consumes what it can of the input.
     *
     * @throws RequestRefusedException if the bytes are no acceptable request
     */
    public RequestPart next(ByteBuf in) throws RequestRefusedException {
        int fieldsFrom = -1;
        while (true) {
            switch (at) {
                case REQUEST_LINE -> {
                    if (!plainLine(in)) {
                        String line = line(in, limits.lineBytesMax(), 414, "request line too long");
                        if (line == null) {
                            return RequestPart.Incomplete.INSTANCE;
                        }
                        requestLine(line);
                    }
                    if (at == At.FIELDS) {
                        if (repeated(in)) {
                            return head(remembered);
                        }
                        fieldsFrom = in.readerIndex();
                    }
                }
                case FIELDS -> {
                    String line = line(in, limits.headBytesMax() - headBytes, 431, "head too long");
                    if (line == null) {
                        return RequestPart.Incomplete.INSTANCE;
                    }
                    headBytes += line.length() + 2;
                    if (line.isEmpty()) {
                        Headers headers = fields.build();
                        RequestPart head = head(headers);
                        if (fieldsFrom >= 0 && remaining == 0 && at == At.BODY) {
                            remember(in, fieldsFrom, headers);
                        }
                        return head;
                    }
                    field(line);
                }
                case BODY, CHUNK_DATA -> {
                    if (remaining == 0) {
                        at = at == At.BODY ? At.END : At.CHUNK_END;
                    } else if (!in.isReadable()) {
                        return RequestPart.Incomplete.INSTANCE;
                    } else {
                        int length = (int) Math.min(remaining, in.readableBytes());
                        remaining -= length;
                        return new RequestPart.Body(in.readRetainedSlice(length));
                    }
                }
                case CHUNK_SIZE -> {
                    String line = line(in, CHUNK_LINE_BYTES_MAX, 400, "chunk size line too long");
                    if (line == null) {
                        return RequestPart.Incomplete.INSTANCE;
                    }
                    remaining = chunkSize(line);
                    at = remaining == 0 ? At.TRAILERS : At.CHUNK_DATA;
                    if (at == At.TRAILERS) {
                        fields = Headers.builder();
                    }
                }
                case CHUNK_END -> {
                    String line = line(in, 2, 400, "chunk longer than its size");
                    if (line == null) {
                        return RequestPart.Incomplete.INSTANCE;
                    }
                    if (!line.isEmpty()) {
                        throw new RequestRefusedException(400, "chunk longer than its size");
                    }
                    at = At.CHUNK_SIZE;
                }
                case TRAILERS -> {
                    String line = line(in, limits.headBytesMax() - headBytes, 431, "trailers too long");
                    if (line == null) {
                        return RequestPart.Incomplete.INSTANCE;
                    }
                    headBytes += line.length() + 2;
                    if (line.isEmpty()) {
                        trailers = fields.build();
                        at = At.END;
                    } else {
                        field(line);
                    }
                }
                case END -> {
                    RequestPart end = trailers.isEmpty() ? RequestPart.End.INSTANCE : new RequestPart.End(trailers);
                    reset();
                    return end;
                }
            }
        }
    }

    private void reset() {
        at = At.REQUEST_LINE;
        fields = Headers.builder();
        trailers = Headers.EMPTY;
        fieldCount = 0;
        headBytes = 0;
        emptyLines = 0;
    }

    /** The next line without its CRLF, or null if it has not come whole. */
    private @Nullable String line(ByteBuf in, int bytesMax, int status, String tooLong) throws RequestRefusedException {
        int start = in.readerIndex();
        int from = start + searched;
        int newline = in.indexOf(from, in.writerIndex(), (byte) '\n');
        int length = (newline < 0 ? in.writerIndex() : newline + 1) - start;
        if (length > bytesMax) {
            throw new RequestRefusedException(status, tooLong);
        }
        if (newline < 0) {
            searched = length;
            return null;
        }
        searched = 0;
        if (newline == start || in.getByte(newline - 1) != '\r') {
            throw new RequestRefusedException(400, "line not ended by CRLF");
        }
        String line = in.toString(start, length - 2, StandardCharsets.ISO_8859_1);
        in.readerIndex(newline + 1);
        return line;
    }

    private void requestLine(String line) throws RequestRefusedException {
        if (line.isEmpty()) {
            // RFC 9112 §2.2: at least one empty line before a request is ignored.
            if (++emptyLines > 2) {
                throw new RequestRefusedException(400, "empty lines instead of a request");
            }
            return;
        }
        int first = line.indexOf(' ');
        int second = line.indexOf(' ', first + 1);
        if (first < 1 || second < 0 || second == first + 1) {
            throw new RequestRefusedException(400, "malformed request line");
        }
        method = line.substring(0, first);
        target = line.substring(first + 1, second);
        String version = line.substring(second + 1);
        if (!isToken(method) || method.length() > 32) {
            throw new RequestRefusedException(400, "malformed method");
        }
        for (int i = 0; i < target.length(); i++) {
            char c = target.charAt(i);
            if (c <= 0x20 || c >= 0x7f || c == '#') {
                throw new RequestRefusedException(400, "malformed request target");
            }
        }
        if (!version.equals("HTTP/1.1") && !version.equals("HTTP/1.0")) {
            throw new RequestRefusedException(400, "version other than HTTP/1.1 and HTTP/1.0");
        }
        minorVersion = version.charAt(7) - '0';
        headBytes = line.length() + 2;
        at = At.FIELDS;
    }

    private void field(String line) throws RequestRefusedException {
        if (++fieldCount > limits.fieldsMax()) {
            throw new RequestRefusedException(431, "too many header fields");
        }
        char start = line.charAt(0);
        if (start == ' ' || start == '\t') {
            throw new RequestRefusedException(400, "folded header line");
        }
        int colon = line.indexOf(':');
        String name = colon < 0 ? "" : line.substring(0, colon);
        if (!isToken(name)) {
            throw new RequestRefusedException(400, "malformed header name");
        }
        int from = colon + 1;
        int to = line.length();
        while (from < to && isBlank(line.charAt(from))) {
            from++;
        }
        while (to > from && isBlank(line.charAt(to - 1))) {
            to--;
        }
        for (int i = from; i < to; i++) {
            char c = line.charAt(i);
            if (c < 0x20 && c != '\t' || c == 0x7f) {
                throw new RequestRefusedException(400, "control character in a header value");
            }
        }
        fields.add(FieldNames.canonical(name), line.substring(from, to));
    }

    /**
     * Consumes a request line of the usual form, GET of HTTP/1.1, if it is there whole; {@link #requestLine} judges every
     * other.
     */
    private boolean plainLine(ByteBuf in) {
        int start = in.readerIndex();
        int end = in.readableBytes() < 16 || in.getInt(start) != GET
                ? -1
                : in.indexOf(start + searched, in.writerIndex(), (byte) '\n');
        int targetEnd = end - VERSION_BYTES;
        if (targetEnd <= start + 4 || end - start + 1 > limits.lineBytesMax()) {
            return false;
        }
        if (in.getLong(targetEnd) != VERSION_START || in.getShort(targetEnd + 8) != VERSION_REST) {
            return false;
        }
        for (int i = start + 4; i < targetEnd; i++) {
            int c = in.getByte(i);
            if (c <= 0x20 || c >= 0x7f || c == '#') { // bytes over 0x7f are negative
                return false;
            }
        }
        method = "GET";
        target = in.toString(start + 4, targetEnd - start - 4, StandardCharsets.ISO_8859_1);
        minorVersion = 1;
        headBytes = end - start + 1;
        searched = 0;
        in.readerIndex(end + 1);
        at = At.FIELDS;
        return true;
    }

    /** Consumes the fields if they are those that are remembered. */
    private boolean repeated(ByteBuf in) {
        ByteBuf before = rememberedBytes;
        if (before == null
                || in.readableBytes() < before.readableBytes()
                || headBytes + before.readableBytes() > limits.headBytesMax()
                || !ByteBufUtil.equals(in, in.readerIndex(), before, before.readerIndex(), before.readableBytes())) {
            return false;
        }
        headBytes += before.readableBytes();
        in.skipBytes(before.readableBytes());
        return true;
    }

    private void remember(ByteBuf in, int from, Headers headers) {
        int length = in.readerIndex() - from;
        if (length <= REMEMBERED_BYTES_MAX && minorVersion == 1) {
            byte[] bytes = new byte[length];
            in.getBytes(from, bytes);
            rememberedBytes = Unpooled.wrappedBuffer(bytes);
            remembered = headers;
        }
    }

    private RequestPart head(Headers headers) throws RequestRefusedException {
        long bodyBytes = RequestGuard.bodyBytes(headers, minorVersion);
        RequestHead head = new RequestHead(method, target, minorVersion, headers, bodyBytes, headBytes);
        at = bodyBytes == RequestHead.CHUNKED ? At.CHUNK_SIZE : At.BODY;
        remaining = Math.max(0, bodyBytes);
        return new RequestPart.Head(head);
    }

    private static long chunkSize(String line) throws RequestRefusedException {
        int end = 0;
        long size = 0;
        while (end < line.length() && Character.digit(line.charAt(end), 16) >= 0 && line.charAt(end) < 0x80) {
            size = size << 4 | Character.digit(line.charAt(end++), 16);
        }
        boolean extensionOrEnd = end == line.length() || line.charAt(end) == ';';
        if (end == 0 || end > 15 || !extensionOrEnd) {
            throw new RequestRefusedException(400, "malformed chunk size");
        }
        for (int i = end; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c < 0x20 && c != '\t' || c == 0x7f) {
                throw new RequestRefusedException(400, "control character in a chunk extension");
            }
        }
        return size;
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }

    static boolean isToken(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean letterOrDigit = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
            if (!letterOrDigit && "!#$%&'*+-.^_`|~".indexOf(c) < 0) {
                return false;
            }
        }
        return !text.isEmpty();
    }
}
