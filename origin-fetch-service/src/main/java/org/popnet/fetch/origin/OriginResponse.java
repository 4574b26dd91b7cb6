package org.popnet.fetch.origin;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import org.popnet.caching.Headers;
import org.popnet.platform.tree.CustomerServer;

/**
 * A server's final response, its body still to be read. Close it; closing before the end breaks the connection.
 */
public final class OriginResponse implements AutoCloseable {
    private final CustomerServer server;
    private final int status;
    private final Headers headers;
    private final long length;
    private final InputStream body;
    private final Closeable connection;
    private final long requestTimeMs;
    private final long responseTimeMs;

    OriginResponse(
            CustomerServer server,
            int status,
            Headers headers,
            long length,
            InputStream body,
            Closeable connection,
            long requestTimeMs,
            long responseTimeMs) {
        this.server = server;
        this.status = status;
        this.headers = headers;
        this.length = length;
        this.body = body;
        this.connection = connection;
        this.requestTimeMs = requestTimeMs;
        this.responseTimeMs = responseTimeMs;
    }

    public CustomerServer server() {
        return server;
    }

    public int status() {
        return status;
    }

    /** End-to-end fields, as received. */
    public Headers headers() {
        return headers;
    }

    /** Announced length of the body in bytes; -1 if it is not known. */
    public long length() {
        return length;
    }

    public long requestTimeMs() {
        return requestTimeMs;
    }

    public long responseTimeMs() {
        return responseTimeMs;
    }

    /**
     * Reads on in the body.
     *
     * @return how many bytes; -1 at the end of a whole body
     * @throws IOException if the body is shorter than announced, the connection broke, or it is too slow
     */
    public int read(byte[] into) throws IOException {
        return read(into, into.length);
    }

    /**
     * Reads on, at most this many bytes.
     *
     * @see #read(byte[])
     */
    public int read(byte[] into, int count) throws IOException {
        return body.read(into, 0, count);
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (IOException e) {
            // the connection is of no more use either way
        }
    }
}
