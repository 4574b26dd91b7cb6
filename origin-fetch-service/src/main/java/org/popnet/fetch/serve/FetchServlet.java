package org.popnet.fetch.serve;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.apache.catalina.connector.ClientAbortException;
import org.apache.coyote.CloseNowException;
import org.jspecify.annotations.Nullable;
import org.popnet.caching.Headers;
import org.popnet.caching.Hops;
import org.popnet.fetch.origin.OriginRequest;
import org.popnet.platform.flush.FlushWatermarks;
import org.popnet.platform.load.TrafficMeter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Every request of the data port: admits it, has it answered, writes the answer, counts. */
final class FetchServlet extends HttpServlet {
    private static final Logger log = LoggerFactory.getLogger(FetchServlet.class);
    private static final long serialVersionUID = 1L;
    private static final String HEALTH = "/.popnet/health";

    private final transient Admission admission;
    private final transient FetchPipeline pipeline;
    private final transient ResponseWriter writer;
    private final transient TrafficMeter traffic;
    private final transient MeterRegistry meters;
    private final transient Map<Answer.Result, Counter> requests = new EnumMap<>(Answer.Result.class);
    /** The same of bytes of bodies, so that a hit ratio by bytes is to be had. */
    private final transient Map<Answer.Result, Counter> bytes = new EnumMap<>(Answer.Result.class);

    private final transient Counter broken;
    private final transient Timer firstByte;
    private final String cacheName;
    /** One permit each; all of them when nobody is at work. */
    private final transient Semaphore inProgress = new Semaphore(Integer.MAX_VALUE);

    FetchServlet(
            Admission admission,
            FetchPipeline pipeline,
            ResponseWriter writer,
            TrafficMeter traffic,
            MeterRegistry meters,
            String cacheName) {
        this.admission = admission;
        this.pipeline = pipeline;
        this.writer = writer;
        this.traffic = traffic;
        this.meters = meters;
        this.cacheName = cacheName;
        for (Answer.Result result : Answer.Result.values()) {
            requests.put(result, meters.counter("popnet.fetch.requests", "result", result.name()));
            bytes.put(result, meters.counter("popnet.fetch.bytes.out", "result", result.name()));
        }
        this.broken = meters.counter("popnet.fetch.responses.broken");
        this.firstByte = meters.timer("popnet.fetch.first.byte");
    }

    @Override
    protected void service(HttpServletRequest http, HttpServletResponse response) throws IOException {
        if (!admission.admitsPeer(http.getRemoteAddr())) {
            refuse(response, 403, "peer", "Only nodes of this network may ask here.");
            return;
        }
        String method = http.getMethod();
        boolean safe = method.equals("GET") || method.equals("HEAD");
        if (safe && http.getRequestURI().equals(HEALTH)) {
            health(response);
            return;
        }
        Admission.Site site = admission.site(http.getHeader("Host"));
        if (site == null) {
            refuse(response, 421, "host", "No hosted domain of this network: " + http.getHeader("Host"));
            return;
        }
        if (!safe) {
            response.setHeader("Allow", "GET, HEAD");
            refuse(
                    response,
                    405,
                    "method",
                    "GET and HEAD only: everything else goes straight to the customer's server.");
            return;
        }
        if (http.getContentLengthLong() > 0 || http.getHeader("Transfer-Encoding") != null) {
            refuse(response, 400, "body", "A request with a body cannot be answered from a store.");
            return;
        }
        long watermark = watermark(http.getHeader(FlushWatermarks.FIELD));
        if (watermark < 0) {
            refuse(response, 400, "watermark", FlushWatermarks.FIELD + " must be a number of at most 15 digits.");
            return;
        }
        Headers fields = Hops.endToEnd(headers(http)).without(FlushWatermarks.FIELD);
        OriginRequest.Hints hints = hinted -> EarlyHints.send(response, hinted);
        answer(
                new FetchRequest(site.customer(), site.domain(), method, target(http), fields, watermark, hints),
                response);
    }

    private void answer(FetchRequest request, HttpServletResponse response) throws IOException {
        inProgress.acquireUninterruptibly();
        TrafficMeter.Site counted = traffic.site(request.domain().name());
        counted.began();
        long start = meters.config().clock().monotonicTime();
        CountingOutput out = new CountingOutput(response.getOutputStream());
        Answer.Result result = Answer.Result.ERROR;
        try (Answer answer = pipeline.answer(request)) {
            long nanos = meters.config().clock().monotonicTime() - start;
            firstByte.record(nanos, TimeUnit.NANOSECONDS);
            traffic.firstByte(nanos);
            result = answer.result();
            of(requests, result).increment();
            writer.write(request, answer, response, out);
        } catch (ClientAbortException e) {
            throw e; // the edge has left
        } catch (IOException e) {
            broken.increment();
            log.warn("{}{} broken off: {}", request.domain().name(), request.target(), cause(e));
            throw new CloseNowException(e.getMessage(), e); // cuts the connection, however much was sent
        } finally {
            counted.sent(out.count);
            of(bytes, result).increment(out.count);
            counted.ended();
            inProgress.release();
        }
    }

    /** @return whether no request was in progress any more within this time */
    boolean awaitIdle(Duration most) {
        try {
            return inProgress.tryAcquire(Integer.MAX_VALUE, most.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static Throwable cause(IOException e) {
        return e.getCause() == null ? e : e.getCause();
    }

    private static Counter of(Map<Answer.Result, Counter> counters, Answer.Result result) {
        return Objects.requireNonNull(counters.get(result));
    }

    /** @return -1 if it is not a number that could be one */
    private static long watermark(@Nullable String field) {
        if (field == null) {
            return 0;
        }
        return field.length() <= 15 && field.chars().allMatch(c -> c >= '0' && c <= '9') && !field.isEmpty()
                ? Long.parseLong(field)
                : -1;
    }

    private static String target(HttpServletRequest http) {
        String query = http.getQueryString();
        return query == null ? http.getRequestURI() : http.getRequestURI() + "?" + query;
    }

    private static Headers headers(HttpServletRequest http) {
        Headers.Builder headers = Headers.builder();
        for (String name : Collections.list(http.getHeaderNames())) {
            for (String value : Collections.list(http.getHeaders(name))) {
                headers.add(name, value);
            }
        }
        return headers.build();
    }

    private static void health(HttpServletResponse response) throws IOException {
        response.setContentType("text/plain");
        response.setHeader("Cache-Control", "no-store");
        response.setContentLength(2);
        response.getOutputStream().write(new byte[] {'o', 'k'});
    }

    private void refuse(HttpServletResponse response, int status, String reason, String message) throws IOException {
        meters.counter("popnet.fetch.refused", "reason", reason).increment();
        writer.refuse(response, status, message, cacheName + "; detail=" + reason);
    }

    /** Counts what the connection has taken. */
    private static final class CountingOutput extends OutputStream {
        private final ServletOutputStream out;
        private long count;

        CountingOutput(ServletOutputStream out) {
            this.out = out;
        }

        @Override
        public void write(int b) throws IOException {
            out.write(b);
            count++;
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            out.write(bytes, offset, length);
            count += length;
        }

        @Override
        public void flush() throws IOException {
            out.flush();
        }
    }
}
