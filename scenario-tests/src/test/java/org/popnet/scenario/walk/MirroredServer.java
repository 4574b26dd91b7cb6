package org.popnet.scenario.walk;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/** A customer's server, which answers {@code ok}, and {@code /load.json} with the requests per second it is told to tell. */
final class MirroredServer implements AutoCloseable {
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final InetSocketAddress address;
    private volatile double requestsPerSecond;
    private @Nullable HttpServer http;

    /** Listens on a free port. */
    MirroredServer(String address) throws IOException {
        HttpServer first = listen(new InetSocketAddress(InetAddress.ofLiteral(address), 0));
        this.address = first.getAddress();
        http = first;
    }

    private HttpServer listen(InetSocketAddress at) throws IOException {
        HttpServer server = HttpServer.create(at, 0);
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
        return server;
    }

    private void answer(HttpExchange exchange) throws IOException {
        boolean load = exchange.getRequestURI().getPath().equals("/load.json");
        byte[] body = (load ? "{\"requests-per-second\": " + requestsPerSecond + "}" : "ok")
                .getBytes(StandardCharsets.US_ASCII);
        try (exchange) {
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    String host() {
        return address.getAddress().getHostAddress();
    }

    int port() {
        return address.getPort();
    }

    void tell(double requests) {
        requestsPerSecond = requests;
    }

    /** Refuses connections from now on. */
    void stop() {
        if (http != null) {
            http.stop(0);
            http = null;
        }
    }

    /** Listens again, where it did before. */
    void start() throws IOException {
        if (http == null) {
            http = listen(address);
        }
    }

    @Override
    public void close() {
        stop();
        threads.shutdownNow();
    }
}
