package org.popnet.edge;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A well-behaved server of one large file, by RFC 9110 §14; breaks off, and publishes anew, where it is told to. */
final class TestFilm implements TestOrigin.Handler {
    static final int MIB = 1 << 20;
    private static final Pattern RANGE = Pattern.compile("bytes=(\\d+)-(\\d*)");

    volatile byte[] bytes;
    volatile String tag;
    volatile String fields = "Cache-Control: max-age=60";
    volatile String acceptRanges = "Accept-Ranges: bytes\r\n";
    volatile long breakAfter = Long.MAX_VALUE;

    TestFilm(int length) {
        publish(1, length);
    }

    void publish(int version, int length) {
        byte[] body = new byte[length];
        new Random(version).nextBytes(body);
        bytes = body;
        tag = "\"" + version + "\"";
    }

    byte[] part(int first, int last) {
        return Arrays.copyOfRange(bytes, first, last + 1);
    }

    @Override
    public void handle(TestOrigin.Request request, OutputStream out) throws Exception {
        byte[] body = bytes;
        String etag = tag;
        if (etag.equals(request.header("If-None-Match"))) {
            head(out, "304 Not Modified", etag, "");
            return;
        }
        Matcher range = RANGE.matcher(String.valueOf(request.header("Range")));
        String condition = request.header("If-Range");
        if (!range.matches() || condition != null && !condition.equals(etag)) {
            head(out, "200 OK", etag, acceptRanges + "Content-Length: " + body.length + "\r\n");
            send(out, body, 0, body.length - 1);
            return;
        }
        int first = (int) Math.min(Integer.MAX_VALUE, Long.parseLong(range.group(1)));
        int last = range.group(2).isEmpty()
                ? body.length - 1
                : (int) Math.min(Long.parseLong(range.group(2)), body.length - 1);
        if (first >= body.length) {
            head(out, "416 X", etag, "Content-Range: bytes */" + body.length + "\r\nContent-Length: 0\r\n");
            return;
        }
        String part = "Content-Range: bytes " + first + "-" + last + "/" + body.length + "\r\nContent-Length: "
                + (last - first + 1) + "\r\n";
        head(out, "206 Partial Content", etag, part);
        send(out, body, first, last);
    }

    private void head(OutputStream out, String status, String etag, String more) throws IOException {
        out.write(("HTTP/1.1 " + status + "\r\nETag: " + etag + "\r\n" + fields + "\r\n" + more + "\r\n")
                .getBytes(StandardCharsets.ISO_8859_1));
    }

    private void send(OutputStream out, byte[] body, int first, int last) throws IOException {
        int count = last - first + 1;
        if (count > breakAfter) {
            out.write(body, first, (int) breakAfter);
            out.flush();
            breakAfter = Long.MAX_VALUE;
            throw new IOException("broken off");
        }
        out.write(body, first, count);
    }

    /** What was asked for of it, in order; {@code null} for the whole. */
    static List<String> asked(TestOrigin origin) {
        return origin.requests.stream()
                .map(r -> String.valueOf(r.header("Range")))
                .toList();
    }
}
