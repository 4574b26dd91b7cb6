package org.popnet.platform.control;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;
import org.popnet.platform.tree.Node;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * Speaks to other nodes' control ports over mutual TLS, JSON in and out. Blocking: call it from virtual threads.
 * Answers of more than 64 MiB are not read.
 */
public final class ControlHttp implements AutoCloseable {
    /** With the TLS handshake, which takes a JVM's first connections seconds on a machine that is busy. */
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

    private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(10);
    private static final int BODY_BYTES_MAX = 64 << 20;

    private final HttpClient client;
    private final JsonMapper json = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    /** @param local the address that connections are made from */
    public ControlHttp(SSLContext tls, InetAddress local) {
        this.client = HttpClient.newBuilder()
                .sslContext(tls)
                .localAddress(local)
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(CONNECT_TIMEOUT)
                .followRedirects(HttpClient.Redirect.NEVER)
                .executor(Executors.newVirtualThreadPerTaskExecutor())
                .build();
    }

    /** @throws ControlException if the node does not answer 2xx with JSON of that type */
    public <T> T get(Node node, String pathAndQuery, Class<T> type) {
        return get(node, pathAndQuery, REQUEST_TIMEOUT, type);
    }

    /**
     * For questions that take long to answer.
     *
     * @throws ControlException if the node does not answer 2xx with JSON of that type in time
     */
    public <T> T get(Node node, String pathAndQuery, Duration patience, Class<T> type) {
        return read(
                exchange(HttpRequest.newBuilder(uri(node.controlAddress(), pathAndQuery))
                        .timeout(patience)),
                type);
    }

    /** @throws ControlException if the node does not answer 2xx with JSON of that type */
    public <T> T post(Node node, String pathAndQuery, Object body, Class<T> type) {
        return post(node, pathAndQuery, body, REQUEST_TIMEOUT, type);
    }

    /**
     * For orders that take long to carry out.
     *
     * @throws ControlException if the node does not answer 2xx with JSON of that type in time
     */
    public <T> T post(Node node, String pathAndQuery, Object body, Duration patience, Class<T> type) {
        return read(
                exchange(HttpRequest.newBuilder(uri(node.controlAddress(), pathAndQuery))
                        .timeout(patience)
                        .header("Content-Type", "application/json")
                        .POST(json(body))),
                type);
    }

    /** Sends a request as it is, and gives the answer of whatever status. */
    public HttpResponse<String> send(HttpRequest.Builder request) {
        HttpRequest built = withTimeout(request);
        try {
            HttpResponse<String> response =
                    client.send(built, BodyHandlers.limiting(BodyHandlers.ofString(), BODY_BYTES_MAX));
            return response;
        } catch (IOException e) {
            throw new ControlException(built.uri() + ": " + message(e), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ControlException(built.uri() + ": interrupted", e);
        }
    }

    public static URI uri(InetSocketAddress control, String pathAndQuery) {
        String host = control.getAddress().getHostAddress();
        String literal = host.contains(":") ? "[" + host + "]" : host;
        return URI.create("https://" + literal + ":" + control.getPort() + pathAndQuery);
    }

    private HttpResponse<String> exchange(HttpRequest.Builder request) {
        HttpResponse<String> response = send(request.setHeader("Accept", "application/json"));
        if (response.statusCode() / 100 != 2) {
            throw new ControlException(response.statusCode(), response.uri(), detail(response.body()));
        }
        return response;
    }

    /** The problem's own words (RFC 9457), if the body is one, else nothing. */
    private String detail(String body) {
        try {
            return json.readTree(body).path("detail").asString("");
        } catch (JacksonException e) {
            return "";
        }
    }

    private <T> T read(HttpResponse<String> response, Class<T> type) {
        try {
            return json.readValue(response.body(), type);
        } catch (JacksonException e) {
            throw new ControlException(
                    response.uri() + " answered something that is no " + type.getSimpleName() + ": "
                            + e.getOriginalMessage(),
                    e);
        }
    }

    private BodyPublisher json(Object body) {
        return BodyPublishers.ofString(json.writeValueAsString(body));
    }

    private static HttpRequest withTimeout(HttpRequest.Builder request) {
        HttpRequest built = request.build();
        return built.timeout().isPresent()
                ? built
                : request.timeout(REQUEST_TIMEOUT).build();
    }

    private static String message(IOException e) {
        String message = e.getMessage();
        return message == null ? e.getClass().getSimpleName() : message;
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
