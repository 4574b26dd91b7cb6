package org.popnet.fetch.origin;

import java.io.IOException;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.impl.io.HttpRequestExecutor;
import org.apache.hc.core5.http.io.HttpClientConnection;
import org.apache.hc.core5.http.io.HttpResponseInformationCallback;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.jspecify.annotations.Nullable;
import org.popnet.caching.Headers;
import org.popnet.caching.Hops;

/** Tells whoever asked of early hints (RFC 8297) while the final response is waited for, on the thread that waits. */
final class InterimResponses extends HttpRequestExecutor {
    private static final String HINTS = "popnet.hints";
    private static final int EARLY_HINTS = 103;
    /** More are dropped: they are worth little, and cost the client as much as the sender likes. */
    private static final int HINTS_MAX = 8;

    /** Whom one request's hints are for. */
    private static final class Listening {
        private final OriginRequest.Hints hints;
        private int told;

        Listening(OriginRequest.Hints hints) {
            this.hints = hints;
        }

        void hear(HttpResponse interim) {
            if (interim.getCode() != EARLY_HINTS || ++told > HINTS_MAX) {
                return;
            }
            Headers.Builder fields = Headers.builder();
            for (Header field : interim.getHeaders()) {
                fields.add(field.getName(), field.getValue() == null ? "" : field.getValue());
            }
            hints.came(Hops.endToEnd(fields.build()));
        }
    }

    /** Has the request of this context tell of hints. */
    static void tell(HttpContext context, OriginRequest.Hints hints) {
        context.setAttribute(HINTS, new Listening(hints));
    }

    @Override
    public ClassicHttpResponse execute(
            ClassicHttpRequest request,
            HttpClientConnection connection,
            @Nullable HttpResponseInformationCallback others,
            HttpContext context)
            throws IOException, HttpException {
        return super.execute(
                request,
                connection,
                (interim, from, of) -> {
                    if (context.getAttribute(HINTS) instanceof Listening listening) {
                        listening.hear(interim);
                    }
                    if (others != null) {
                        others.execute(interim, from, of);
                    }
                },
                context);
    }
}
