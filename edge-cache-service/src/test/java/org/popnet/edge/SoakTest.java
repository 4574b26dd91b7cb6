package org.popnet.edge;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.popnet.edge.TestEdge.SITE;
import static org.popnet.edge.TestOrigin.respond;

import io.netty.channel.epoll.Epoll;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetector.Level;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.popnet.platform.flush.FlushOrder;
import org.springframework.util.unit.DataSize;

/**
 * Clients that do at random what clients do, in front of servers that do what servers do, with less memory than there are
 * objects. Every body that comes whole is the right one; every request is accounted once, with the bytes its client read;
 * in the end no buffer is left.
 */
class SoakTest {
    private static final int CLIENTS = 12;
    private static final int OBJECTS = 600;
    private static final int LARGE_BYTES = 700_000;
    private static final long ABANDONED = -1;
    private static final EdgeSettings SETTINGS = new EdgeSettings(
            DataSize.ofMegabytes(8),
            16,
            DataSize.ofKilobytes(48),
            DataSize.ofMegabytes(16),
            4,
            Duration.ofSeconds(1),
            DataSize.ofKilobytes(8),
            DataSize.ofKilobytes(32),
            100,
            DataSize.ofMegabytes(100),
            Duration.ofMinutes(2),
            Duration.ofMinutes(2),
            Duration.ofMinutes(2),
            Duration.ofMinutes(2),
            10_000,
            128,
            1_024,
            Duration.ofMinutes(1),
            Duration.ofMinutes(2),
            2);

    /** By the number of a request: bytes that its client read, or {@link #ABANDONED}; bytes that were accounted. */
    private final Map<Long, Long> read = new ConcurrentHashMap<>();

    private final Map<Long, Long> accounted = new ConcurrentHashMap<>();
    private final AtomicLong numbers = new AtomicLong();
    private final AtomicLong compared = new AtomicLong();
    private final List<String> wrong = java.util.Collections.synchronizedList(new ArrayList<>());
    private final AtomicLong extentsMost = new AtomicLong();
    private Level before;

    @BeforeEach
    void detectLeaks() {
        before = ResourceLeakDetector.getLevel();
        ResourceLeakDetector.setLevel(Level.PARANOID);
    }

    @AfterEach
    void restore() {
        ResourceLeakDetector.setLevel(before);
    }

    @Test
    void nothingIsLostOrLeaked() throws Exception {
        soak(400, Duration.ZERO);
    }

    @Test
    @Tag("slow")
    void nothingIsLostOrLeakedInTenMinutes() throws Exception {
        soak(400, Duration.ofMinutes(10));
    }

    /** @param operations of each client, or as many as the time allows if that is more */
    private void soak(int operations, Duration time) throws Exception {
        long until = System.nanoTime() + time.toNanos();
        TestEdge closed;
        try (TestOrigin fetch = new TestOrigin(this::answer);
                TestOrigin origin = new TestOrigin(this::answer);
                TestEdge edge = new TestEdge(List.of(fetch), origin, SETTINGS);
                ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            closed = edge;
            fetch.remembers = false;
            origin.remembers = false;
            edge.records = record -> tell(Long.parseLong(record.userAgent()), accounted, read, record.bytesOut());
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                SplittableRandom random = new SplittableRandom(i);
                running.add(clients.submit(() -> {
                    for (int done = 0; done < operations || System.nanoTime() < until; ) {
                        done += visit(edge, random);
                        extentsMost.accumulateAndGet(edge.memory.extentsOpen(), Math::max);
                    }
                    return null;
                }));
            }
            for (Future<?> client : running) {
                client.get();
            }
            await().atMost(Duration.ofMinutes(2)).untilAsserted(() -> {
                assertThat(edge.edge.metrics().connections()).isZero();
                assertThat(edge.memory.fills().size()).isZero();
                assertThat(read).isEmpty();
                assertThat(accounted).isEmpty();
            });
            assertThat(edge.memory.bytesInUse()).isLessThanOrEqualTo(8 << 20);
            assertThat(extentsMost.get() > 0).isEqualTo(Epoll.isAvailable());
        }
        assertThat(wrong).isEmpty();
        assertThat(compared.get()).isEqualTo(numbers.get()).isGreaterThanOrEqualTo((long) CLIENTS * operations);
        assertThat(closed.memory.bytesInUse()).isZero();
        await().atMost(Duration.ofMinutes(1)).untilAsserted(() -> {
            assertThat(closed.buffersInUse()).isZero();
            assertThat(closed.memory.extentsOpen()).isZero();
        });
    }

    /** Compares what both sides say of a request, when the second has spoken. */
    private void tell(long number, Map<Long, Long> mine, Map<Long, Long> other, long bytes) {
        Long said;
        synchronized (read) {
            said = other.remove(number);
            if (said == null) {
                mine.put(number, bytes);
                return;
            }
        }
        compared.incrementAndGet();
        boolean same = said == bytes || said == ABANDONED || bytes == ABANDONED;
        if (!same) {
            wrong.add("request " + number + ": " + bytes + " bytes and " + said);
        }
    }

    // The servers.

    private static int size(int object) {
        return object % 29 == 0 ? LARGE_BYTES : (int) (Math.pow(object % 40, 3) * 2);
    }

    private static byte[] body(int object) {
        byte[] body = new byte[size(object)];
        for (int i = 0; i < body.length; i++) {
            body[i] = (byte) (object + i + (i >> 8));
        }
        return body;
    }

    private static int object(String target) {
        return Integer.parseInt(target.substring(target.lastIndexOf('/') + 1));
    }

    private static boolean breaks(int object) {
        return object % 31 == 1;
    }

    private void answer(TestOrigin.Request request, OutputStream out) throws IOException {
        if (request.method().equals("POST")) {
            respond(out, 200, request.body());
            return;
        }
        int object = object(request.target());
        String tag = "\"" + object + "\"";
        if (tag.equals(request.header("If-None-Match"))) {
            respond(out, 304, new byte[0], "ETag", tag, "Cache-Control", "max-age=1");
            return;
        }
        byte[] body = body(object);
        if (breaks(object) && !request.method().equals("HEAD")) {
            out.write(("HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nContent-Length: " + (body.length + 1)
                            + "\r\n\r\n")
                    .getBytes(ISO_8859_1));
            out.write(body, 0, body.length / 2);
            throw new IOException("as intended");
        }
        String[] how = object % 7 == 2
                ? new String[] {"Cache-Control", "private"}
                : object % 7 == 3
                        ? new String[] {"Cache-Control", "max-age=60", "Vary", "Accept-Language"}
                        : new String[] {"Cache-Control", object % 7 == 4 ? "max-age=1" : "max-age=60", "ETag", tag};
        boolean chunked = object % 5 == 1;
        StringBuilder head = new StringBuilder("HTTP/1.1 200 OK\r\n");
        for (int i = 0; i < how.length; i += 2) {
            head.append(how[i]).append(": ").append(how[i + 1]).append("\r\n");
        }
        head.append(chunked ? "Transfer-Encoding: chunked" : "Content-Length: " + body.length);
        out.write(head.append("\r\n\r\n").toString().getBytes(ISO_8859_1));
        if (!request.method().equals("HEAD")) {
            out.write(chunked ? chunked(body) : body);
        }
    }

    private static byte[] chunked(byte[] body) {
        java.io.ByteArrayOutputStream out = new java.io.ByteArrayOutputStream();
        for (int at = 0; at < body.length; at += 30_000) {
            int length = Math.min(30_000, body.length - at);
            out.writeBytes((Integer.toHexString(length) + "\r\n").getBytes(ISO_8859_1));
            out.write(body, at, length);
            out.writeBytes("\r\n".getBytes(ISO_8859_1));
        }
        out.writeBytes("0\r\n\r\n".getBytes(ISO_8859_1));
        return out.toByteArray();
    }

    // The clients.

    /** One connection with some requests; returns how many. */
    private int visit(TestEdge edge, SplittableRandom random) {
        int requests = 0;
        long open = 0;
        String what = "";
        boolean mayBreak = false;
        try (TestClient client = edge.client()) {
            for (int left = 1 + random.nextInt(12); left > 0; left--) {
                int object = Math.min(random.nextInt(OBJECTS), random.nextInt(OBJECTS));
                mayBreak = breaks(object);
                open = numbers.incrementAndGet();
                requests++;
                int kind = random.nextInt(100);
                what = " (object " + object + ", kind " + kind + ")";
                if (kind < 5) {
                    abandon(client, object, open, random);
                    return requests;
                }
                if (kind < 7) {
                    var unused = edge.memory.apply(flush(object, random));
                }
                long number = open;
                TestClient.Response response = kind < 15
                        ? post(client, number, random.nextInt(100_000))
                        : ask(client, object, number, kind, random);
                tell(number, read, accounted, response.wireBytes());
            }
        } catch (IOException e) {
            tell(open, read, accounted, ABANDONED);
            if (!mayBreak) {
                wrong.add("request " + open + what + ": " + e);
            }
        }
        return requests;
    }

    private static FlushOrder flush(int object, SplittableRandom random) {
        return random.nextInt(20) == 0
                ? new FlushOrder(SITE, 1, FlushOrder.Kind.ALL, "")
                : new FlushOrder(SITE, 1, FlushOrder.Kind.URL, "/" + object);
    }

    private void abandon(TestClient client, int object, long number, SplittableRandom random) throws IOException {
        client.send("GET /" + object + " HTTP/1.1\r\nHost: " + SITE + "\r\nUser-Agent: " + number + "\r\n\r\n");
        // One byte at least: then the request has arrived, or it would be nobody's.
        client.bytes(1 + random.nextInt(breaks(object) ? 50 : 50 + size(object)));
        tell(number, read, accounted, ABANDONED);
    }

    private TestClient.Response post(TestClient client, long number, int length) throws IOException {
        client.send("POST /0 HTTP/1.1\r\nHost: " + SITE + "\r\nUser-Agent: " + number + "\r\nContent-Length: " + length
                + "\r\n\r\n");
        client.send("x".repeat(length));
        TestClient.Response response = client.response();
        check(number, response, "x".repeat(length).getBytes(ISO_8859_1), 200);
        return response;
    }

    private TestClient.Response ask(TestClient client, int object, long number, int kind, SplittableRandom random)
            throws IOException {
        byte[] whole = body(object);
        String agent = Long.toString(number);
        String language = random.nextInt(2) == 0 ? "de" : "fr";
        String target = "/" + object;
        if (kind < 25) {
            TestClient.Response head =
                    client.request("HEAD", SITE, target, "User-Agent", agent, "Accept-Language", language);
            check(number, head, new byte[0], 200);
            return head;
        }
        if (kind < 50 && whole.length > 10) {
            int from = random.nextInt(whole.length - 1);
            int to = Math.min(whole.length - 1, from + random.nextInt(50_000));
            TestClient.Response part = client.get(
                    SITE,
                    target,
                    "User-Agent",
                    agent,
                    "Accept-Language",
                    language,
                    "Range",
                    "bytes=" + from + "-" + to);
            boolean cut = part.status() == 206;
            check(number, part, cut ? Arrays.copyOfRange(whole, from, to + 1) : whole, cut ? 206 : 200);
            return part;
        }
        TestClient.Response response = client.get(SITE, target, "User-Agent", agent, "Accept-Language", language);
        check(number, response, whole, 200);
        return response;
    }

    private void check(long number, TestClient.Response response, byte[] expected, int status) {
        if (response.status() != status || !Arrays.equals(response.body(), expected)) {
            wrong.add("request " + number + ": " + response.status() + " with " + response.body().length
                    + " bytes instead of " + status + " with " + expected.length + ": " + response.headers());
        }
    }
}
