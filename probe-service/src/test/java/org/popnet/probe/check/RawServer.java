package org.popnet.probe.check;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import javax.net.ServerSocketFactory;
import javax.net.ssl.SSLContext;

/** A TCP server that answers each connection as a test says, however wrong; closing it cuts everything. */
public final class RawServer implements AutoCloseable {
    /** What is done with one connection, after the request's head was read. */
    public interface Script {
        void run(Socket connection, String head) throws IOException;
    }

    /** What arrives while the one thread that accepts does not run must not be refused. */
    private static final int BACKLOG = 2048;

    private final ServerSocket listener;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final Queue<String> heads = new ConcurrentLinkedQueue<>();
    private volatile Script script;

    public RawServer(Script script) {
        this(script, ServerSocketFactory.getDefault());
    }

    private RawServer(Script script, ServerSocketFactory sockets) {
        this(script, sockets, new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0));
    }

    private RawServer(Script script, ServerSocketFactory sockets, InetSocketAddress address) {
        this.script = script;
        try {
            listener = sockets.createServerSocket(address.getPort(), BACKLOG, address.getAddress());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot listen on " + address, e);
        }
        Thread.ofVirtual().start(this::accept);
    }

    /**
     * Answers everything with this text, at an address of its own.
     *
     * @throws UncheckedIOException if the machine does not have the address, or the port is taken
     */
    public static RawServer answeringAt(InetSocketAddress address, String response) {
        return new RawServer(
                (connection, head) ->
                        connection.getOutputStream().write(response.getBytes(StandardCharsets.ISO_8859_1)),
                ServerSocketFactory.getDefault(),
                address);
    }

    /** Answers everything with this text. */
    public static RawServer answering(String response) {
        return new RawServer((connection, head) ->
                connection.getOutputStream().write(response.getBytes(StandardCharsets.ISO_8859_1)));
    }

    /** Answers everything with this text, over TLS. */
    static RawServer tls(SSLContext context, String response) {
        return new RawServer(
                (connection, head) ->
                        connection.getOutputStream().write(response.getBytes(StandardCharsets.ISO_8859_1)),
                context.getServerSocketFactory());
    }

    /** Serves these resources by path, as the map has them at the time. */
    static RawServer serving(Map<String, String> site) {
        return new RawServer((connection, head) -> {
            String body = site.get(head.split(" ", 3)[1]);
            String response = "HTTP/1.1 " + (body == null ? "404 Not Found" : "200 OK") + "\r\nContent-Length: "
                    + (body == null ? 0 : body.length()) + "\r\n\r\n" + (body == null ? "" : body);
            connection.getOutputStream().write(response.getBytes(StandardCharsets.ISO_8859_1));
        });
    }

    public void behave(Script newScript) {
        script = newScript;
    }

    public InetSocketAddress address() {
        return (InetSocketAddress) listener.getLocalSocketAddress();
    }

    /** The heads of all requests so far. */
    public List<String> heads() {
        return List.copyOf(heads);
    }

    private void accept() {
        try {
            while (true) {
                Socket connection = listener.accept();
                open.add(connection);
                Thread.ofVirtual().start(() -> serve(connection));
            }
        } catch (IOException e) {
            // closed
        }
    }

    private void serve(Socket connection) {
        try (connection) {
            StringBuilder head = new StringBuilder();
            while (head.length() < 4 || head.indexOf("\r\n\r\n", head.length() - 4) < 0) {
                int c = connection.getInputStream().read();
                if (c < 0) {
                    return;
                }
                head.append((char) c);
            }
            heads.add(head.toString());
            script.run(connection, head.toString());
        } catch (IOException e) {
            // the other side has gone
        } finally {
            open.remove(connection);
        }
    }

    @Override
    public void close() {
        try {
            listener.close();
            for (Socket connection : open) {
                connection.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
