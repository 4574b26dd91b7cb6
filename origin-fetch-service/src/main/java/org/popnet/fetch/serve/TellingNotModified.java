package org.popnet.fetch.serve;

import jakarta.servlet.ServletException;
import java.io.IOException;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;
import org.apache.tomcat.util.http.MimeHeaders;

/**
 * Keeps {@code Content-Type} on a 304, which Tomcat leaves out of responses without a body: an edge brings its own copy up
 * to date by what a 304 tells (RFC 9111 §3.2, §4.3.4).
 */
final class TellingNotModified extends ValveBase {
    @Override
    public void invoke(Request request, Response response) throws IOException, ServletException {
        getNext().invoke(request, response);
        String type = response.getContentType();
        if (response.getStatus() == 304 && type != null && !response.isCommitted()) {
            MimeHeaders fields = response.getCoyoteResponse().getMimeHeaders();
            fields.setValue("Content-Type").setString(type);
        }
    }
}
