package org.popnet.admin;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;
import org.popnet.platform.flush.FlushOrder;
import tools.jackson.databind.json.JsonMapper;

/** A node's control port over real mutual TLS that takes flushes and can be taken down. */
final class FakeNode implements AutoCloseable {
    private final String name;
    private final InetSocketAddress address;
    private final SSLContext tls;
    private final List<String> story;
    private final AtomicLong watermark = new AtomicLong();
    private @Nullable HttpsServer server;

    /** @param story gets {@code name site number} for each order that arrives */
    FakeNode(String name, InetSocketAddress address, SSLContext tls, List<String> story) {
        this.name = name;
        this.address = address;
        this.tls = tls;
        this.story = story;
    }

    void start() throws IOException {
        HttpsServer started = HttpsServer.create(address, 16);
        started.setHttpsConfigurator(new HttpsConfigurator(tls) {
            @Override
            public void configure(HttpsParameters parameters) {
                SSLParameters ssl = tls.getDefaultSSLParameters();
                ssl.setNeedClientAuth(true);
                parameters.setSSLParameters(ssl);
            }
        });
        started.createContext("/flushes", this::flush);
        started.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        started.start();
        server = started;
    }

    private void flush(HttpExchange exchange) throws IOException {
        FlushOrder order =
                JsonMapper.builder().build().readValue(exchange.getRequestBody().readAllBytes(), FlushOrder.class);
        story.add(name + " " + order.site() + " " + order.number());
        watermark.accumulateAndGet(order.number(), Math::max);
        byte[] body = """
                {"node":"%s","site":"%s","watermark":%d,"objects":7}""".formatted(name, order.site(), watermark.get()).getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    @Override
    public void close() {
        if (server != null) {
            server.stop(0);
        }
    }
}
