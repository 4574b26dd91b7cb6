package org.popnet.dns.server;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.util.concurrent.locks.LockSupport;
import org.popnet.dns.knowledge.View;
import org.popnet.dns.wire.Dns;
import org.popnet.dns.wire.QueryDecoder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One socket, one thread: up to 128 queries are taken from the kernel in one system call, decoded together, looked up
 * together, answered one after the other, and handed back in another. The kernel spreads clients over the sockets that
 * share the port.
 *
 * <p>A busy thread lets queries gather a little before it takes them; see {@link Gathering}.
 */
final class BatchUdpListener implements UdpListener {
    private static final Logger LOG = LoggerFactory.getLogger(BatchUdpListener.class);
    /** Queries taken at once, at most. */
    static final int BATCH = 128;

    private static final int QUERY_BYTES_MAX = 4096;
    /** A line of the cache more than a page: at whole pages apart, all buffers would compete for the same lines. */
    private static final int QUERY_STRIDE_BYTES = QUERY_BYTES_MAX + 64;

    private static final int WAKE_UP_MS = 100;
    private static final int STOP_WAIT_MS = 2000;

    private static final int NAME_AT = 0;
    private static final int NAME_LENGTH_AT = 8;
    private static final int VECTOR_AT = 16;
    private static final int VECTOR_COUNT_AT = 24;
    private static final int LENGTH_AT = 56;

    private final Arena arena = Arena.ofShared();
    private final MemorySegment state = LinuxSockets.callState(arena);
    private final MemorySegment addresses = arena.allocate((long) BATCH * LinuxSockets.SOCKET_ADDRESS_BYTES, 8);
    private final MemorySegment inHeaders = arena.allocate((long) BATCH * LinuxSockets.MESSAGE_HEADER_BYTES, 8);
    private final MemorySegment outHeaders = arena.allocate((long) BATCH * LinuxSockets.MESSAGE_HEADER_BYTES, 8);
    private final MemorySegment inVectors = arena.allocate((long) BATCH * LinuxSockets.IO_VECTOR_BYTES, 8);
    private final MemorySegment outVectors = arena.allocate((long) BATCH * LinuxSockets.IO_VECTOR_BYTES, 8);
    private final MemorySegment in = arena.allocate((long) BATCH * QUERY_STRIDE_BYTES, 64);
    private final MemorySegment out = arena.allocate((long) BATCH * Dns.UDP_BYTES_MAX, 8);

    private final QueryPipeline pipeline;
    private final Exchange[] batch;
    private final DnsMetrics metrics;
    private final Gathering gathering;
    private final int socket;
    private final Thread thread;
    private volatile boolean running = true;

    BatchUdpListener(
            InetSocketAddress address,
            int receiveBufferBytes,
            Gathering gathering,
            QueryPipeline pipeline,
            Exchange exchange,
            DnsMetrics metrics,
            String name)
            throws IOException {
        this.pipeline = pipeline;
        batch = Exchange.batch(exchange, BATCH);
        this.metrics = metrics;
        this.gathering = gathering;
        try {
            socket = LinuxSockets.open(address, receiveBufferBytes, WAKE_UP_MS, arena);
        } catch (IOException e) {
            arena.close();
            throw e;
        }
        for (int i = 0; i < BATCH; i++) {
            header(inHeaders, inVectors, i, in.asSlice((long) i * QUERY_STRIDE_BYTES, QUERY_BYTES_MAX));
            header(outHeaders, outVectors, i, out.asSlice((long) i * Dns.UDP_BYTES_MAX, Dns.UDP_BYTES_MAX));
        }
        thread = Thread.ofPlatform().name(name).daemon().unstarted(this::run);
    }

    static int queryBytesMax() {
        return QUERY_BYTES_MAX;
    }

    private static void header(MemorySegment headers, MemorySegment vectors, int i, MemorySegment buffer) {
        long vector = (long) i * LinuxSockets.IO_VECTOR_BYTES;
        vectors.set(ADDRESS, vector, buffer);
        vectors.set(JAVA_LONG, vector + 8, buffer.byteSize());
        long header = (long) i * LinuxSockets.MESSAGE_HEADER_BYTES;
        headers.set(ADDRESS, header + VECTOR_AT, vectors.asSlice(vector));
        headers.set(JAVA_LONG, header + VECTOR_COUNT_AT, 1);
    }

    @Override
    public void start() {
        thread.start();
    }

    @Override
    public int receiveBufferBytes() {
        try (Arena call = Arena.ofConfined()) {
            return LinuxSockets.receiveBuffer(socket, LinuxSockets.callState(call), call);
        }
    }

    private void run() {
        prepare(BATCH);
        while (running) {
            long pause = gathering.pauseNanos(answer());
            if (pause > 0) {
                LockSupport.parkNanos(pause);
            }
        }
        // Queries that were accepted are answered before the end, whatever comes meanwhile; one wait more is for those
        // that the kernel was just handing over.
        LinuxSockets.takeNoMore(socket, state, arena);
        int answered = answer();
        while (answered > 0) {
            answered = answer();
        }
    }

    /** Has the kernel know how much room there is for the addresses of the next messages. */
    private void prepare(int count) {
        for (int i = 0; i < count; i++) {
            long header = (long) i * LinuxSockets.MESSAGE_HEADER_BYTES;
            inHeaders.set(
                    JAVA_LONG, header + NAME_AT, addresses.address() + (long) i * LinuxSockets.SOCKET_ADDRESS_BYTES);
            inHeaders.set(JAVA_INT, header + NAME_LENGTH_AT, LinuxSockets.SOCKET_ADDRESS_BYTES);
        }
    }

    /** Answers what has come, or comes in a while; @return how many queries that was */
    private int answer() {
        int received = receive();
        if (received == 0) {
            return 0;
        }
        long nowMs = pipeline.nowMs();
        for (int i = 0; i < received; i++) {
            long header = (long) i * LinuxSockets.MESSAGE_HEADER_BYTES;
            take(batch[i], i, inHeaders.get(JAVA_INT, header + LENGTH_AT));
            decode(batch[i], nowMs);
        }
        View view = pipeline.view();
        lookAhead(received, view);
        int answers = 0;
        for (int i = 0; i < received; i++) {
            int length = respond(batch[i], view);
            if (length > 0) {
                long header = (long) i * LinuxSockets.MESSAGE_HEADER_BYTES;
                queue(answers++, i, length, inHeaders.get(JAVA_INT, header + NAME_LENGTH_AT));
            }
        }
        send(answers);
        prepare(received);
        return received;
    }

    private int receive() {
        try {
            return LinuxSockets.receive(socket, inHeaders, BATCH, LinuxSockets.WAIT_FOR_ONE, state);
        } catch (IOException e) {
            // The kernel would go on giving this socket its share of the clients: nobody else can answer them.
            LOG.error("{}: {}; tried again in {} ms", thread.getName(), e.getMessage(), WAKE_UP_MS);
            LockSupport.parkNanos(WAKE_UP_MS * 1_000_000L);
            return 0;
        }
    }

    private void take(Exchange x, int i, int queryLength) {
        long address = (long) i * LinuxSockets.SOCKET_ADDRESS_BYTES;
        x.sourceHigh = LinuxSockets.addressHigh(addresses, address);
        x.sourceLow = LinuxSockets.addressLow(addresses, address);
        x.inLength = queryLength;
        MemorySegment.copy(in, JAVA_BYTE, (long) i * QUERY_STRIDE_BYTES, x.in, 0, queryLength);
    }

    // A fault of ours in one query must not take the others, and the thread, with it: hence the three catches.

    private void decode(Exchange x, long nowMs) {
        try {
            pipeline.decode(x, nowMs);
        } catch (RuntimeException e) {
            x.verdict = QueryDecoder.Verdict.DROP_SHORT;
            LOG.error("cannot decode a query of {} bytes", x.inLength, e);
        }
    }

    private void lookAhead(int count, View view) {
        try {
            pipeline.lookAhead(batch, count, view);
        } catch (RuntimeException e) {
            LOG.error("cannot look ahead over {} queries", count, e); // each is answered all the same
        }
    }

    private int respond(Exchange x, View view) {
        try {
            if (!x.oneIn(DnsMetrics.TIMED_ONE_IN)) {
                return pipeline.answer(x, view);
            }
            long start = System.nanoTime();
            int length = pipeline.answer(x, view);
            metrics.timed(System.nanoTime() - start);
            return length;
        } catch (RuntimeException e) {
            LOG.error("cannot answer a query of {} bytes for {}", x.inLength, x.query.nameText(), e);
            return QueryPipeline.SILENCE;
        }
    }

    private void queue(int position, int i, int length, int addressLength) {
        MemorySegment.copy(batch[i].answer.bytes(), 0, out, JAVA_BYTE, (long) position * Dns.UDP_BYTES_MAX, length);
        outVectors.set(JAVA_LONG, (long) position * LinuxSockets.IO_VECTOR_BYTES + 8, length);
        long header = (long) position * LinuxSockets.MESSAGE_HEADER_BYTES;
        outHeaders.set(JAVA_LONG, header + NAME_AT, addresses.address() + (long) i * LinuxSockets.SOCKET_ADDRESS_BYTES);
        outHeaders.set(JAVA_INT, header + NAME_LENGTH_AT, addressLength);
    }

    private void send(int count) {
        int sent = 0;
        while (sent < count) {
            MemorySegment rest = outHeaders.asSlice((long) sent * LinuxSockets.MESSAGE_HEADER_BYTES);
            int taken = LinuxSockets.send(socket, rest, count - sent, state);
            if (taken > 0) {
                sent += taken;
            } else {
                // Not even the first of the rest could be sent (its network is unreachable, say): the others may be.
                metrics.sendFailed();
                sent++;
            }
        }
    }

    @Override
    public void end() {
        running = false;
    }

    @Override
    public void close() {
        end();
        if (thread.isAlive()) {
            try {
                thread.join(STOP_WAIT_MS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        if (!thread.isAlive()) {
            try (Arena call = Arena.ofConfined()) {
                LinuxSockets.close(socket, LinuxSockets.callState(call));
            }
            arena.close();
        }
    }
}
