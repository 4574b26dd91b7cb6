package org.popnet.probe.check;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.popnet.probe.check.Outcome.Failure;

/**
 * The response to a probe's request, read with strict bounds from a server that may be broken or hostile (RFC 9112, with
 * {@code Connection: close}).
 *
 * @param location of a redirect; null if there is none
 * @param start the body's first bytes, as many as the rule says
 * @param bytes how many were read in all
 * @param sha256 of what was read, in hexadecimal; null unless it was asked for
 */
record HttpResponse(
        int status,
        @Nullable String location,
        byte[] start,
        long bytes,
        @Nullable String sha256) {
    private static final int HEAD_BYTES_MAX = 16 * 1024;
    private static final int INTERIM_MAX = 4;
    private static final long UNSTATED = -1;

    /**
     * Reads a response.
     *
     * @param bodyless whether it answers HEAD
     * @throws CheckFailedException if it is not HTTP, its framing is broken, or its body ends too early or never
     */
    static HttpResponse read(BufferedInputStream in, boolean bodyless, BodyRule rule) throws IOException {
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
        Body body = new Body(rule);
        if (bodyless || head.status == 204 || head.status == 304) {
            return body.response(head);
        }
        if (head.chunked) {
            readChunks(in, body);
        } else if (head.length == UNSTATED) {
            readToEnd(in, body);
        } else {
            readExactly(in, head.length, body);
        }
        return body.response(head);
    }

    boolean contains(String text) {
        return text().contains(text);
    }

    String text() {
        return new String(start, StandardCharsets.UTF_8);
    }

    private static void readExactly(InputStream in, long stated, Body body) throws IOException {
        BodyRule rule = body.rule;
        if (rule.whole() && rule.statedToo() && stated > rule.bytesMax()) {
            throw new CheckFailedException(
                    Failure.SIZE, "a body of " + stated + " bytes: must be " + rule.bytesMax() + " at most");
        }
        long count = Math.min(stated, rule.whole() && !rule.statedToo() ? rule.kept() : rule.bytesMax());
        byte[] buffer = new byte[(int) Math.min(count, 16 * 1024)];
        while (body.bytes < count) {
            int n = in.read(buffer, 0, (int) Math.min(buffer.length, count - body.bytes));
            if (n < 0) {
                throw protocol("the body ended after " + body.bytes + " of " + stated + " bytes");
            }
            body.take(buffer, n);
        }
    }

    private static void readToEnd(InputStream in, Body body) throws IOException {
        byte[] buffer = new byte[8192];
        while (!body.full()) {
            int n = in.read(buffer);
            if (n < 0) {
                return;
            }
            body.take(buffer, n);
        }
    }

    private static void readChunks(InputStream in, Body body) throws IOException {
        byte[] buffer = new byte[8192];
        while (!body.full()) {
            long size = chunkSize(line(in, 1024));
            if (size == 0) {
                return; // trailers, if any, end with the connection
            }
            body.refuseEndless(body.bytes + size);
            long left = size;
            while (left > 0 && !body.full()) {
                int n = in.read(buffer, 0, (int) Math.min(buffer.length, left));
                if (n < 0) {
                    throw protocol("a chunk ended after " + (size - left) + " of " + size + " bytes");
                }
                body.take(buffer, n);
                left -= n;
            }
            if (left == 0 && !line(in, 2).isEmpty()) {
                throw protocol("a chunk is longer than it says");
            }
        }
    }

    private static long chunkSize(String line) throws CheckFailedException {
        int end = line.indexOf(';');
        String hex = (end < 0 ? line : line.substring(0, end)).strip();
        if (!hex.matches("[0-9A-Fa-f]{1,8}")) {
            throw protocol("'" + shown(line) + "' is no chunk size");
        }
        return Long.parseLong(hex, 16);
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
    static String shown(String text) {
        String plain = text.replaceAll("[^ -~]", "?");
        return plain.length() > 40 ? plain.substring(0, 40) + "..." : plain;
    }

    /** What was read of a body so far. */
    private static final class Body {
        private final BodyRule rule;
        private final ByteArrayOutputStream start = new ByteArrayOutputStream();
        private final @Nullable MessageDigest digest;
        private long bytes;

        Body(BodyRule rule) {
            this.rule = rule;
            this.digest = rule.hashed() ? newDigest() : null;
        }

        /** Whether no more is wanted. */
        boolean full() {
            return !rule.whole() && bytes >= rule.bytesMax();
        }

        void take(byte[] buffer, int count) throws CheckFailedException {
            bytes += count;
            refuseEndless(bytes);
            start.write(buffer, 0, Math.min(count, rule.kept() - start.size()));
            if (digest != null) {
                digest.update(buffer, 0, count);
            }
        }

        void refuseEndless(long total) throws CheckFailedException {
            if (rule.whole() && total > rule.bytesMax()) {
                throw rule.statedToo()
                        ? new CheckFailedException(
                                Failure.SIZE, "the body does not end within " + rule.bytesMax() + " bytes")
                        : protocol("the body does not end within " + rule.bytesMax() + " bytes");
            }
        }

        HttpResponse response(Head head) {
            String hash = digest == null ? null : HexFormat.of().formatHex(digest.digest());
            return new HttpResponse(head.status, head.location, start.toByteArray(), bytes, hash);
        }
    }

    static MessageDigest newDigest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** Status line and the fields that matter to a probe. */
    private record Head(
            int status,
            boolean chunked,
            long length,
            @Nullable String location) {
        static Head read(InputStream in) throws IOException {
            String first = line(in, 1024);
            if (!first.matches("HTTP/1\\.[01] [1-5][0-9][0-9]( .*)?")) {
                throw protocol("'" + shown(first) + "' is no HTTP response");
            }
            boolean chunked = false;
            long length = UNSTATED;
            String location = null;
            int bytes = first.length();
            for (String field = line(in, HEAD_BYTES_MAX); !field.isEmpty(); field = line(in, HEAD_BYTES_MAX)) {
                bytes += field.length();
                if (bytes > HEAD_BYTES_MAX) {
                    throw protocol("a head of more than " + HEAD_BYTES_MAX + " bytes");
                }
                int colon = field.indexOf(':');
                String name = colon < 0 ? "" : field.substring(0, colon).toLowerCase(Locale.ROOT);
                String value = field.substring(colon + 1).strip();
                switch (name) {
                    case "transfer-encoding" ->
                        chunked = value.toLowerCase(Locale.ROOT).endsWith("chunked");
                    case "content-length" -> length = length(value);
                    case "location" -> location = value;
                    default -> {} // of no interest
                }
            }
            return new Head(Integer.parseInt(first.substring(9, 12)), chunked, length, location);
        }

        private static long length(String value) throws CheckFailedException {
            if (!value.matches("[0-9]{1,18}")) {
                throw protocol("'" + shown(value) + "' is no Content-Length");
            }
            return Long.parseLong(value);
        }
    }
}
