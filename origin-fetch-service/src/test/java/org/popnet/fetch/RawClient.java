package org.popnet.fetch;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** An edge as the data port sees it: one request per connection, and a close look at how the answer ends. */
public final class RawClient implements AutoCloseable {
    private final Socket socket;
    private final InputStream in;

    /**
     * @param whole whether the body ended as its head announced; false if the connection broke
     * @param headers names in lower case
     */
    public record Response(int status, Map<String, String> headers, byte[] body, boolean whole) {
        public String text() {
            return new String(body, StandardCharsets.UTF_8);
        }

        public String header(String name) {
            return headers.get(name);
        }
    }

    public RawClient(InetAddress from, InetAddress to, int port) throws IOException {
        socket = new Socket();
        socket.bind(new InetSocketAddress(from, 0));
        socket.connect(new InetSocketAddress(to, port));
        socket.setSoTimeout(30_000);
        in = new BufferedInputStream(socket.getInputStream());
    }

    public RawClient send(String raw) throws IOException {
        socket.getOutputStream().write(raw.getBytes(StandardCharsets.ISO_8859_1));
        return this;
    }

    /** Reads status and fields only; the body follows by {@link #body}. */
    public Response head() throws IOException {
        String status = line();
        if (status == null) {
            throw new IOException("closed without an answer");
        }
        Map<String, String> headers = new TreeMap<>();
        for (String field = line(); field != null && !field.isEmpty(); field = line()) {
            int colon = field.indexOf(':');
            headers.merge(
                    field.substring(0, colon).toLowerCase(Locale.ROOT),
                    field.substring(colon + 1).strip(),
                    (a, b) -> a + ", " + b);
        }
        return new Response(Integer.parseInt(status.split(" ")[1]), headers, new byte[0], true);
    }

    public InputStream raw() {
        return in;
    }

    public Response body(Response head, boolean none) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        boolean whole = true;
        try {
            if (none || head.status() == 304 || head.status() == 204) {
                // no body
            } else if (head.header("content-length") != null) {
                long length = Long.parseLong(head.header("content-length"));
                whole = copy(length, body);
            } else if ("chunked".equals(head.header("transfer-encoding"))) {
                whole = chunks(body);
            } else {
                in.transferTo(body);
            }
        } catch (IOException e) {
            whole = false;
        }
        return new Response(head.status(), head.headers(), body.toByteArray(), whole);
    }

    private boolean chunks(ByteArrayOutputStream body) throws IOException {
        while (true) {
            String size = line();
            if (size == null || size.isEmpty()) {
                return false;
            }
            int length = Integer.parseInt(size.strip().toLowerCase(Locale.ROOT), 16);
            if (!copy(length, body) || line() == null) {
                return false;
            }
            if (length == 0) {
                return true;
            }
        }
    }

    private boolean copy(long length, ByteArrayOutputStream body) throws IOException {
        byte[] chunk = new byte[16 * 1024];
        for (long left = length; left > 0; ) {
            int read = in.read(chunk, 0, (int) Math.min(left, chunk.length));
            if (read < 0) {
                return false;
            }
            body.write(chunk, 0, read);
            left -= read;
        }
        return true;
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int b = in.read(); b >= 0; b = in.read()) {
            if (b == '\n') {
                return line.toString();
            }
            if (b != '\r') {
                line.append((char) b);
            }
        }
        return null;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
