package org.popnet.fetch.serve;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import org.popnet.caching.CacheStatus;
import org.popnet.caching.Headers;
import org.popnet.fetch.origin.OriginResponse;
import org.popnet.fetch.store.StoredHead;

/**
 * Writes an answer to an edge. A body that breaks off in the middle ends in an exception, upon which the data port cuts
 * the connection: an edge never takes a part for the whole.
 */
final class ResponseWriter {
    private static final int CHUNK_BYTES = 64 * 1024;

    private final InstantSource clock;
    private final String via;

    /** @param via how this node calls itself in {@code Via} */
    ResponseWriter(InstantSource clock, String via) {
        this.clock = clock;
        this.via = "1.1 " + via;
    }

    void write(FetchRequest request, Answer answer, HttpServletResponse response, OutputStream out) throws IOException {
        switch (answer) {
            case Answer.Stored stored -> {
                Plan plan = stored.plan();
                head(response, stored.object().head(), plan, answer);
                if (!request.head() && plan.count() > 0) {
                    stored.object().copyTo(out, plan.first(), plan.count());
                }
            }
            case Answer.Filling filling -> {
                Plan plan = filling.plan();
                head(response, filling.head(), plan, answer);
                if (!request.head() && plan.count() != 0) {
                    response.flushBuffer(); // the head goes out now, the body as it arrives
                    filling.reader().copyTo(out, plan.first(), plan.count());
                }
            }
            case Answer.Large large -> {
                Plan plan = large.plan();
                head(response, large.body().version().head(), plan, answer);
                if (!request.head() && plan.count() > 0) {
                    if (large.result() != Answer.Result.HIT) {
                        response.flushBuffer();
                    }
                    large.body().copyTo(out, plan.first(), plan.count());
                }
            }
            case Answer.Passing passing -> pass(request, passing, response, out);
            case Answer.Refused refused -> refuse(response, refused.status(), refused.message(), refused.cacheStatus());
        }
    }

    private void head(HttpServletResponse response, StoredHead head, Plan plan, Answer answer) {
        long ageSeconds = head.freshness().ageSecondsAt(clock.millis());
        Headers headers = head.headers();
        boolean forwarded = answer.result() == Answer.Result.MISS || answer.result() == Answer.Result.COLLAPSED;
        fields(response, plan, headers, answer.cacheStatus());
        if (ageSeconds > 0 || !forwarded) {
            response.addHeader("Age", Long.toString(ageSeconds));
        }
    }

    private void fields(HttpServletResponse response, Plan plan, Headers headers, String cacheStatus) {
        response.setStatus(plan.status());
        boolean other = plan.status() == 412 || plan.status() == 416;
        Headers sent = OriginHeaders.appended(CacheStatus.append(headers, cacheStatus), "Via", via);
        // A 304 tells all: the edge brings its own copy up to date by it (RFC 9110 §15.4.5).
        if (other) {
            sent = sent.without(name -> name.equalsIgnoreCase("Content-Type")
                    || name.equalsIgnoreCase("Content-Encoding")
                    || name.equalsIgnoreCase("Content-Language"));
        }
        sent.forEach(response::addHeader);
        if (plan.contentRange() != null) {
            response.setHeader("Content-Range", plan.contentRange());
        }
        if (plan.status() != 304 && plan.status() != 204 && plan.count() >= 0) {
            response.setContentLengthLong(plan.count());
        }
    }

    private void pass(FetchRequest request, Answer.Passing passing, HttpServletResponse response, OutputStream out)
            throws IOException {
        OriginResponse origin = passing.response();
        Plan plan = Plan.of(request, origin.status(), passing.headers(), -1, clock.millis());
        if (plan.status() == origin.status()) {
            plan = new Plan(plan.status(), 0, origin.length(), null);
        }
        fields(response, plan, passing.headers(), passing.cacheStatus());
        if (request.head() || plan.count() == 0) {
            return;
        }
        response.flushBuffer();
        byte[] chunk = new byte[CHUNK_BYTES];
        for (int read = origin.read(chunk); read >= 0; read = origin.read(chunk)) {
            out.write(chunk, 0, read);
            if (read < chunk.length) {
                out.flush(); // what trickles in goes on at once
            }
        }
    }

    /** An answer of this node's own; never to be stored. */
    void refuse(HttpServletResponse response, int status, String message, String cacheStatus) throws IOException {
        byte[] body = (message + "\n").getBytes(StandardCharsets.UTF_8);
        response.setStatus(status);
        response.setContentType("text/plain;charset=utf-8");
        response.setHeader("Cache-Control", "no-store");
        response.setHeader("Cache-Status", cacheStatus);
        response.setContentLengthLong(body.length);
        response.getOutputStream().write(body);
    }
}
