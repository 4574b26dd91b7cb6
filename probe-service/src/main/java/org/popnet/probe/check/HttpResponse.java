package org.popnet.probe.check;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.popnet.probe.check.Outcome.Failure;

/**
 * The response to a probe's GET, read with strict bounds from a server that may be broken or hostile (RFC 9112, with
 * {@code Connection: close}).
 *
 * @param start the body's first bytes, {@link #SEARCHED_BYTES} at most
 */
record HttpResponse(int status, byte[] start) {
    /** How much of a body is kept to look for a text. */
    static final int SEARCHED_BYTES = 64 * 1024;

    /** A body without a stated length must end within this, or it counts as endless. */
    static final int UNSTATED_BYTES_MAX = 1024 * 1024;

    private static final int HEAD_BYTES_MAX = 16 * 1024;
    private static final int INTERIM_MAX = 4;
    private static final long UNSTATED = -1;

    /**
     * Reads a response: its whole body, or as much of a body of stated length as is searched.
     *
     * @throws CheckFailedException if it is not HTTP, its framing is broken, or its body ends too early or never
     */
    static HttpResponse read(BufferedInputStream in) throws IOException {
        in.mark(1);
        if (in.read() < 0) {
            throw protocol("the connection was closed without an answer");
        }
        in.reset();
        Head head = Head.read(in);
        for (int interim = 0; head.status < 200; interim++) {
            if (interim == INTERIM_MAX) {
                throw protocol("more than " + INTERIM_MAX + " interim responses");
            }
            head = Head.read(in);
        }
        ByteArrayOutputStream start = new ByteArrayOutputStream();
        if (head.status == 204 || head.status == 304) {
            return new HttpResponse(head.status, start.toByteArray());
        }
        if (head.chunked) {
            readChunks(in, start);
        } else if (head.length == UNSTATED) {
            readToEnd(in, start);
        } else {
            readExactly(in, Math.min(head.length, SEARCHED_BYTES), head.length, start);
        }
        return new HttpResponse(head.status, start.toByteArray());
    }

    boolean contains(String text) {
        return new String(start, StandardCharsets.UTF_8).contains(text);
    }

    private static void readExactly(InputStream in, long count, long stated, ByteArrayOutputStream start)
            throws IOException {
        byte[] bytes = in.readNBytes((int) count);
        if (bytes.length < count) {
            throw protocol("the body ended after " + bytes.length + " of " + stated + " bytes");
        }
        start.writeBytes(bytes);
    }

    private static void readToEnd(InputStream in, ByteArrayOutputStream start) throws IOException {
        byte[] buffer = new byte[8192];
        int total = 0;
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
            total += n;
            refuseEndless(total);
            keep(start, buffer, n);
        }
    }

    private static void readChunks(InputStream in, ByteArrayOutputStream start) throws IOException {
        int total = 0;
        while (true) {
            int size = chunkSize(line(in, 1024));
            if (size == 0) {
                return; // trailers, if any, end with the connection
            }
            total += size;
            refuseEndless(total);
            byte[] chunk = in.readNBytes(size);
            if (chunk.length < size) {
                throw protocol("a chunk ended after " + chunk.length + " of " + size + " bytes");
            }
            keep(start, chunk, size);
            if (!line(in, 2).isEmpty()) {
                throw protocol("a chunk is longer than it says");
            }
        }
    }

    private static int chunkSize(String line) throws CheckFailedException {
        int end = line.indexOf(';');
        String hex = (end < 0 ? line : line.substring(0, end)).strip();
        if (!hex.matches("[0-9A-Fa-f]{1,8}")) {
            throw protocol("'" + shown(line) + "' is no chunk size");
        }
        long size = Long.parseLong(hex, 16);
        refuseEndless(size);
        return (int) size;
    }

    private static void refuseEndless(long total) throws CheckFailedException {
        if (total > UNSTATED_BYTES_MAX) {
            throw protocol("the body does not end within " + UNSTATED_BYTES_MAX + " bytes");
        }
    }

    private static void keep(ByteArrayOutputStream start, byte[] bytes, int count) {
        start.write(bytes, 0, Math.min(count, SEARCHED_BYTES - start.size()));
    }

    /** A line without its end, which may be a bare LF. */
    private static String line(InputStream in, int max) throws IOException {
        StringBuilder line = new StringBuilder();
        while (true) {
            int c = in.read();
            if (c < 0) {
                throw protocol("the answer ended early");
            }
            if (c == '\n') {
                int length = line.length();
                if (length > 0 && line.charAt(length - 1) == '\r') {
                    line.setLength(length - 1);
                }
                return line.toString();
            }
            if (line.length() >= max) {
                throw protocol("a line of more than " + max + " bytes");
            }
            line.append((char) c);
        }
    }

    private static CheckFailedException protocol(String reason) {
        return new CheckFailedException(Failure.PROTOCOL, reason);
    }

    /** What came, fit for a report: short, and nothing but plain characters. */
    private static String shown(String text) {
        String plain = text.replaceAll("[^ -~]", "?");
        return plain.length() > 40 ? plain.substring(0, 40) + "..." : plain;
    }

    /** Status line and the fields that say how long the body is. */
    private record Head(int status, boolean chunked, long length) {
        static Head read(InputStream in) throws IOException {
            String first = line(in, 1024);
            if (!first.matches("HTTP/1\\.[01] [1-5][0-9][0-9]( .*)?")) {
                throw protocol("'" + shown(first) + "' is no HTTP response");
            }
            boolean chunked = false;
            long length = UNSTATED;
            int bytes = first.length();
            for (String field = line(in, HEAD_BYTES_MAX); !field.isEmpty(); field = line(in, HEAD_BYTES_MAX)) {
                bytes += field.length();
                if (bytes > HEAD_BYTES_MAX) {
                    throw protocol("a head of more than " + HEAD_BYTES_MAX + " bytes");
                }
                int colon = field.indexOf(':');
                String name = colon < 0 ? "" : field.substring(0, colon).toLowerCase(Locale.ROOT);
                String value = field.substring(colon + 1).strip();
                if (name.equals("transfer-encoding")) {
                    chunked = value.toLowerCase(Locale.ROOT).endsWith("chunked");
                } else if (name.equals("content-length")) {
                    length = length(value);
                }
            }
            return new Head(Integer.parseInt(first.substring(9, 12)), chunked, length);
        }

        private static long length(String value) throws CheckFailedException {
            if (!value.matches("[0-9]{1,18}")) {
                throw protocol("'" + shown(value) + "' is no Content-Length");
            }
            return Long.parseLong(value);
        }
    }
}
