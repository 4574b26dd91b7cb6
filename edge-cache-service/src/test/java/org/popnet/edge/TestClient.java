package org.popnet.edge;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/** A client that sees every byte. */
final class TestClient implements AutoCloseable {
    record Response(
            int status, Map<String, String> headers, byte[] body, long wireBytes, Map<String, String> trailers) {
        String header(String name) {
            return headers.get(name);
        }

        String text() {
            return new String(body, StandardCharsets.UTF_8);
        }
    }

    final Socket socket;
    private final InputStream in;
    private long wireBytes;

    TestClient(int port) throws IOException {
        this(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), port));
    }

    TestClient(InetSocketAddress edge) throws IOException {
        socket = new Socket(edge.getAddress(), edge.getPort());
        socket.setSoTimeout(20_000);
        in = new BufferedInputStream(socket.getInputStream());
    }

    TestClient send(String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        socket.getOutputStream().flush();
        return this;
    }

    Response get(String host, String target, String... fields) throws IOException {
        return request("GET", host, target, fields);
    }

    Response request(String method, String host, String target, String... fields) throws IOException {
        StringBuilder head = new StringBuilder(method + " " + target + " HTTP/1.1\r\nHost: " + host + "\r\n");
        for (int i = 0; i < fields.length; i += 2) {
            head.append(fields[i]).append(": ").append(fields[i + 1]).append("\r\n");
        }
        send(head.append("\r\n").toString());
        return response(method.equals("HEAD"));
    }

    Response response() throws IOException {
        return response(false);
    }

    Response response(boolean headOnly) throws IOException {
        long before = wireBytes;
        String status = line();
        Map<String, String> headers = fields();
        Map<String, String> trailers = Map.of();
        int code = Integer.parseInt(status.substring(9, 12));
        byte[] body = new byte[0];
        if (headOnly || code == 304 || code == 204 || code < 200) {
            body = new byte[0];
        } else if (headers.containsKey("Content-Length")) {
            body = bytes(Integer.parseInt(headers.get("Content-Length")));
        } else if ("chunked".equals(headers.get("Transfer-Encoding"))) {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            for (int length = Integer.parseInt(line(), 16); length > 0; length = Integer.parseInt(line(), 16)) {
                all.write(bytes(length));
                line();
            }
            trailers = fields();
            body = all.toByteArray();
        } else {
            body = in.readAllBytes();
            wireBytes += body.length;
        }
        return new Response(code, headers, body, wireBytes - before, trailers);
    }

    private Map<String, String> fields() throws IOException {
        Map<String, String> fields = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (String field = line(); !field.isEmpty(); field = line()) {
            int colon = field.indexOf(':');
            fields.merge(field.substring(0, colon), field.substring(colon + 1).strip(), (a, b) -> a + ", " + b);
        }
        return fields;
    }

    byte[] bytes(int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        wireBytes += bytes.length;
        if (bytes.length < length) {
            throw new EOFException(bytes.length + " of " + length + " bytes");
        }
        return bytes;
    }

    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new EOFException("connection closed");
            }
            wireBytes++;
            if (b != '\r') {
                line.write(b);
            }
        }
        wireBytes++;
        return line.toString(StandardCharsets.ISO_8859_1);
    }

    /** Whether the edge has ended the connection, without another byte. */
    boolean ended() throws IOException {
        return in.read() < 0;
    }

    /** Reads on until the edge has ended the connection. */
    void awaitEnd() throws IOException {
        in.transferTo(OutputStream.nullOutputStream());
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
