package org.popnet.fetch.serve;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.apache.catalina.connector.ResponseFacade;
import org.apache.coyote.Processor;
import org.apache.coyote.http11.Http11NioProtocol;
import org.apache.coyote.http11.Http11Processor;
import org.popnet.caching.Headers;

/** Interim responses with early hints (RFC 8297), which leave at once: a hint that waits for the response is none. */
final class EarlyHints {
    private EarlyHints() {}

    /**
     * Sends hints, unless the final response has begun. On the request's own thread.
     *
     * @param fields of the interim response, which are not the final one's
     */
    static void send(HttpServletResponse response, Headers fields) {
        Headers kept = fields.without(EarlyHints::dropped);
        if (response.isCommitted() || !(response instanceof ResponseFacade tomcat)) {
            return;
        }
        kept.forEach(response::addHeader);
        tomcat.sendEarlyHints();
        kept.forEach((name, value) -> response.setHeader(name, null));
    }

    /** Of the body that there is none of, or for one client. */
    private static boolean dropped(String name) {
        return name.equalsIgnoreCase("Content-Length")
                || name.equalsIgnoreCase("Content-Type")
                || name.equalsIgnoreCase("Set-Cookie");
    }

    /** Tomcat's protocol, but that hints are not kept in its buffer. */
    static final class Protocol extends Http11NioProtocol {
        @Override
        protected Processor createProcessor() {
            return new Http11Processor(this, getAdapter()) {
                @Override
                protected void earlyHints() throws IOException {
                    super.earlyHints();
                    flush();
                }
            };
        }
    }
}
