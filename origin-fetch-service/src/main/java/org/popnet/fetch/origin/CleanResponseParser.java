package org.popnet.fetch.origin;

import java.io.IOException;
import java.io.InputStream;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.ProtocolException;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.impl.io.DefaultHttpResponseParser;
import org.apache.hc.core5.http.io.SessionInputBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Reads response heads, one parser for each connection. Bytes that are there before a response can have come belong to
 * the one before, which was longer than it said: taken for a response they would answer another request (response
 * splitting), so the connection is given up. Junk before a status line is an error too, not something to skip.
 */
final class CleanResponseParser extends DefaultHttpResponseParser {
    private boolean afterInterim;
    private @Nullable SessionInputBuffer received;

    CleanResponseParser(Http1Config limits) {
        super(limits);
    }

    @Override
    public @Nullable ClassicHttpResponse parse(SessionInputBuffer buffer, InputStream in)
            throws IOException, HttpException {
        received = buffer;
        if (buffer.length() > 0 && !afterInterim) {
            throw new ProtocolException("bytes after the end of the response before");
        }
        @Nullable ClassicHttpResponse response = super.parse(buffer, in);
        // None if the server has closed the connection instead of answering.
        afterInterim = response != null && response.getCode() < 200;
        return response;
    }

    /** Whether bytes were read that no response has taken. */
    boolean leftover() {
        return received != null && received.length() > 0;
    }
}
