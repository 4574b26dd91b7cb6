package org.popnet.fetch.origin;

import java.io.IOException;
import java.net.Socket;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.apache.hc.client5.http.impl.io.DefaultManagedHttpClientConnection;
import org.apache.hc.client5.http.io.ManagedHttpClientConnection;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.io.HttpConnectionFactory;
import org.jspecify.annotations.Nullable;

/**
 * A connection that is used again only while it is clean: bytes that nobody has asked for, left over from a response that
 * was longer than it said, would be taken for the answer to the next request. To be asked ({@link #isStale}) before every
 * use; whether the other side has closed it, which takes a millisecond to find out, is looked at after half a second of
 * rest only.
 */
final class OriginConnection extends DefaultManagedHttpClientConnection {
    private static final long TRUSTED_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final CleanResponseParser parser;
    private final LongSupplier nanoTime;
    private long restingSinceNanos;

    private OriginConnection(Http1Config limits, CleanResponseParser parser, LongSupplier nanoTime) {
        super("origin", null, null, limits, null, null, null, given -> parser);
        this.parser = parser;
        this.nanoTime = nanoTime;
    }

    static HttpConnectionFactory<ManagedHttpClientConnection> factory(Http1Config limits, LongSupplier nanoTime) {
        return (@Nullable Socket socket) -> {
            OriginConnection made = new OriginConnection(limits, new CleanResponseParser(limits), nanoTime);
            if (socket != null) {
                made.bind(socket);
            }
            return made;
        };
    }

    @Override
    public void passivate() {
        restingSinceNanos = nanoTime.getAsLong();
        super.passivate();
    }

    @Override
    public boolean isStale() throws IOException {
        Socket socket = getSocket();
        if (parser.leftover() || socket == null || socket.getInputStream().available() > 0) {
            return true;
        }
        return nanoTime.getAsLong() - restingSinceNanos > TRUSTED_NANOS && super.isStale();
    }
}
