package org.popnet.local.demo;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;

/** What a customer's server serves. */
interface Site {
    /** Answers the request whole; the exchange is closed by the caller. */
    void serve(HttpExchange exchange) throws IOException;
}
