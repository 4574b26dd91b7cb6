package org.popnet.fetch;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.popnet.platform.identity.IssuedCertificate;

/** A customer's server on a socket of its own that sends exactly the bytes it is told to, right or wrong. */
public final class TestOrigin implements AutoCloseable {
    private final ServerSocket listener;
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final Thread accepting;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private volatile Handler handler = (request, out) -> out.write(ok("hello"));

    /** What was asked; names in lower case. */
    public record Request(String method, String target, Map<String, String> headers, Socket socket) {
        public String header(String name) {
            return headers.get(name);
        }
    }

    /** The host name that the client asked for in TLS (SNI); null if none. */
    public static String serverName(Request request) {
        ExtendedSSLSession session = (ExtendedSSLSession) ((SSLSocket) request.socket()).getSession();
        return session.getRequestedServerNames().stream()
                .map(name -> ((SNIHostName) name).getAsciiName())
                .findFirst()
                .orElse(null);
    }

    /** Answers one request; returns to await the next on the same connection. */
    public interface Handler {
        void answer(Request request, OutputStream out) throws IOException, InterruptedException;
    }

    public TestOrigin() throws IOException {
        this(new ServerSocket(0, 200, InetAddress.getLoopbackAddress()));
    }

    /** One that speaks TLS as the holder of this certificate. */
    public static TestOrigin speakingTls(IssuedCertificate certificate) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        Certificate[] chain = {certificate.certificate(), certificate.authority()};
        store.setKeyEntry("server", certificate.key(), new char[0], chain);
        KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
        keys.init(store, new char[0]);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        return new TestOrigin(
                context.getServerSocketFactory().createServerSocket(0, 200, InetAddress.getLoopbackAddress()));
    }

    private TestOrigin(ServerSocket listening) {
        listener = listening;
        accepting = Thread.ofVirtual().start(() -> {
            while (!listener.isClosed()) {
                try {
                    Socket socket = listener.accept();
                    sockets.add(socket);
                    Thread.ofVirtual().start(() -> serve(socket));
                } catch (IOException e) {
                    return;
                }
            }
        });
    }

    /** Connections that came, whether TLS was agreed on or not. */
    public int connections() {
        return sockets.size();
    }

    public int port() {
        return listener.getLocalPort();
    }

    public TestOrigin answering(Handler handler) {
        this.handler = handler;
        return this;
    }

    public List<Request> requests() {
        return requests;
    }

    private void serve(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            InputStream in = new BufferedInputStream(socket.getInputStream());
            while (true) {
                String line = line(in);
                if (line == null || line.isEmpty()) {
                    return;
                }
                String[] parts = line.split(" ");
                Map<String, String> headers = new TreeMap<>();
                for (String field = line(in); field != null && !field.isEmpty(); field = line(in)) {
                    int colon = field.indexOf(':');
                    headers.merge(
                            field.substring(0, colon).toLowerCase(Locale.ROOT),
                            field.substring(colon + 1).strip(),
                            (a, b) -> a + ", " + b);
                }
                Request request = new Request(parts[0], parts[1], headers, socket);
                requests.add(request);
                OutputStream out = socket.getOutputStream();
                handler.answer(request, out);
                out.flush();
            }
        } catch (IOException | InterruptedException e) {
            // the other side has gone, or the handler has broken off
        }
    }

    private static String line(InputStream in) throws IOException {
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

    /** A cacheable 200. */
    public static byte[] ok(String body, String... fields) {
        return response(200, body.getBytes(StandardCharsets.UTF_8), fields);
    }

    /** A response with Content-Length, and {@code Cache-Control: max-age=60} unless the fields say otherwise. */
    public static byte[] response(int status, byte[] body, String... fields) {
        byte[] head = head(status, body.length, fields);
        byte[] all = new byte[head.length + body.length];
        System.arraycopy(head, 0, all, 0, head.length);
        System.arraycopy(body, 0, all, head.length, body.length);
        return all;
    }

    /** @param length -1 for none */
    public static byte[] head(int status, long length, String... fields) {
        StringBuilder head = new StringBuilder("HTTP/1.1 ").append(status).append(" X\r\n");
        if (length >= 0) {
            head.append("Content-Length: ").append(length).append("\r\n");
        }
        boolean said = false;
        for (String field : fields) {
            head.append(field).append("\r\n");
            said |= field.toLowerCase(Locale.ROOT).startsWith("cache-control");
        }
        if (!said) {
            head.append("Cache-Control: max-age=60\r\n");
        }
        return head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    /** Closes with a reset instead of an orderly end. */
    public static void reset(Request request) throws IOException {
        request.socket().setSoLinger(true, 0);
        request.socket().close();
        throw new IOException("reset");
    }

    @Override
    public void close() throws IOException {
        listener.close();
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
