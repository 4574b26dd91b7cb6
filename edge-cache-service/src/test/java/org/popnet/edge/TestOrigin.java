package org.popnet.edge;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** A server behind the edge, blocking and simple: a handler writes whatever bytes it likes. */
final class TestOrigin implements AutoCloseable {
    /** Answers one request; an exception breaks the connection. */
    interface Handler {
        void handle(Request request, OutputStream out) throws Exception;

        /** The same with what comes after the request, for other protocols. */
        default void handle(Request request, InputStream in, OutputStream out) throws Exception {
            handle(request, out);
        }
    }

    /** @param headers of a chunked body's trailers too, as {@code trailer NAME} */
    record Request(String method, String target, Map<String, String> headers, byte[] body) {
        String header(String name) {
            return headers.get(name);
        }
    }

    private final Thread accepting;
    private final ServerSocket listening;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    final List<Request> requests = new CopyOnWriteArrayList<>();
    final List<String> peers = new CopyOnWriteArrayList<>();
    volatile Handler handler;
    /** Whether requests and peers are remembered. */
    volatile boolean remembers = true;

    TestOrigin(Handler handler) throws IOException {
        this.handler = handler;
        listening = new ServerSocket(0, 1000, InetAddress.getByName("127.0.0.1"));
        accepting = Thread.ofVirtual().start(this::accept);
    }

    InetSocketAddress address() {
        return new InetSocketAddress(listening.getInetAddress(), listening.getLocalPort());
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = listening.accept();
                if (remembers) {
                    sockets.add(socket);
                }
                Thread.ofVirtual().start(() -> serve(socket));
            }
        } catch (IOException e) {
            // closed
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            while (true) {
                Request request = read(in);
                if (request == null) {
                    return;
                }
                if (remembers) {
                    requests.add(request);
                    peers.add(socket.getInetAddress().getHostAddress());
                }
                handler.handle(request, in, socket.getOutputStream());
                socket.getOutputStream().flush();
            }
        } catch (Exception e) {
            // the test broke it off, or the edge did
        }
    }

    private static Request read(InputStream in) throws IOException {
        String line = line(in);
        if (line == null) {
            return null;
        }
        String[] words = line.split(" ");
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (String field = line(in); field != null && !field.isEmpty(); field = line(in)) {
            int colon = field.indexOf(':');
            headers.merge(field.substring(0, colon), field.substring(colon + 1).strip(), (a, b) -> a + ", " + b);
        }
        byte[] body = new byte[0];
        if (headers.containsKey("Content-Length")) {
            body = in.readNBytes(Integer.parseInt(headers.get("Content-Length")));
        } else if ("chunked".equals(headers.get("Transfer-Encoding"))) {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            while (true) {
                String size = line(in);
                if (size == null) {
                    throw new IOException("body broken off");
                }
                int length = Integer.parseInt(size, 16);
                if (length == 0) {
                    for (String field = line(in); field != null && !field.isEmpty(); field = line(in)) {
                        int colon = field.indexOf(':');
                        headers.put(
                                "trailer " + field.substring(0, colon),
                                field.substring(colon + 1).strip());
                    }
                    break;
                }
                all.write(in.readNBytes(length));
                line(in);
            }
            body = all.toByteArray();
        }
        return new Request(words[0], words[1], headers, body);
    }

    private static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                return null;
            }
            if (b != '\r') {
                line.write(b);
            }
        }
        return line.toString(StandardCharsets.ISO_8859_1);
    }

    long count(String target) {
        return requests.stream().filter(r -> r.target().equals(target)).count();
    }

    /** Writes a whole response. */
    static void respond(OutputStream out, int status, byte[] body, String... fields) {
        try {
            StringBuilder head = new StringBuilder("HTTP/1.1 " + status + " X\r\n");
            boolean framed = false;
            for (int i = 0; i < fields.length; i += 2) {
                head.append(fields[i]).append(": ").append(fields[i + 1]).append("\r\n");
                framed |= fields[i].toLowerCase(Locale.ROOT).equals("content-length");
            }
            if (!framed && status != 304 && status != 204) {
                head.append("Content-Length: ").append(body.length).append("\r\n");
            }
            out.write(head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
            out.write(body);
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        listening.close();
        try {
            accepting.join(); // until then the system may still take up a connection
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
