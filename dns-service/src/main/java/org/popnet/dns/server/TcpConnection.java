package org.popnet.dns.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.popnet.dns.steering.Address;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client's connection. Queries that it sends without waiting are answered concurrently and each answer goes out when
 * it is made, in whatever order (RFC 7766, 6.2.1.1); one that comes alone is answered by the thread that read it.
 *
 * <p>Threads take turns at one state, under one lock: each hands in the answer that it has made and is told what to do
 * next, {@link Step}. Whoever takes a query while another waits behind it sees that a spare thread is on its way, so
 * that no query, and no answer that waits to be sent together with others, depends on the one that is being answered.
 * One thread at a time reads, one at a time writes, whole answers only. Bounded are the threads, what was read and not
 * taken ({@link TcpQueries}), and what was answered and not sent ({@link TcpAnswers}): then the connection is not read,
 * and TCP makes the client wait.
 */
final class TcpConnection {
    private static final Logger LOG = LoggerFactory.getLogger(TcpConnection.class);

    /** After so many answers a thread lets others have its core: those of other connections are served, too. */
    private static final int ANSWERS_IN_A_ROW = 64;

    private static final int NONE = -1;
    private static final int END = -1;

    private enum Step {
        ANSWER,
        READ,
        WRITE,
        LEAVE
    }

    private final Socket socket;
    private final InputStream input;
    private final OutputStream output;
    private final InetAddress client;
    private final TcpShared shared;
    private final int threadsMax;
    private final Consumer<TcpConnection> onEnd;
    private volatile long lastQueryMs;

    // All that follows is guarded by this object's lock.

    private final TcpQueries queries = new TcpQueries();
    private final TcpAnswers answers = new TcpAnswers();
    private int threads;
    /** Threads that were started and have not come to look yet. */
    private int spares;

    private boolean reading;
    private boolean writing;
    /** No further query is taken. */
    private boolean ended;

    private @Nullable TcpEnd end;

    /**
     * @param pipelinedMax queries that may be answered at the same time
     * @param onEnd is told once the connection is closed
     */
    TcpConnection(Socket socket, TcpShared shared, int pipelinedMax, Consumer<TcpConnection> onEnd) throws IOException {
        this.socket = socket;
        this.shared = shared;
        this.onEnd = onEnd;
        threadsMax = pipelinedMax;
        client = socket.getInetAddress();
        socket.setTcpNoDelay(true);
        input = socket.getInputStream();
        output = socket.getOutputStream();
        lastQueryMs = shared.nowMs();
    }

    synchronized void start() {
        startThread();
    }

    private void startThread() {
        Thread.ofVirtual().name("dns-tcp").start(new Turn());
        threads++;
        spares++;
    }

    InetAddress client() {
        return client;
    }

    /** When it last completed a query, or was made, in the server's time. */
    long lastQueryMs() {
        return lastQueryMs;
    }

    /** Why it ended. */
    synchronized TcpEnd end() {
        return end == null ? TcpEnd.CLIENT : end;
    }

    /** Ends the stream of queries unless some have come that are not taken; those that are get their answers. */
    synchronized void endIfWaiting() {
        try {
            if (reading && queries.isEmpty() && input.available() == 0) {
                because(TcpEnd.STOP);
                socket.shutdownInput();
            }
        } catch (IOException e) {
            LOG.trace("shutting down", e);
        }
    }

    /** Has further queries read although the one that came alone before them takes long. */
    synchronized void relieve() {
        if (!reading && !ended && spares == 0 && threads < threadsMax) {
            startThread();
        }
    }

    /** Closes it whatever is in progress. */
    void close(TcpEnd why) {
        because(why);
        try {
            socket.close();
        } catch (IOException e) {
            LOG.trace("closing", e);
        }
    }

    private synchronized void because(TcpEnd why) {
        if (end == null) {
            end = why;
        }
    }

    /** Takes no further query; the answers to those in progress are sent. */
    private synchronized void endWith(TcpEnd why) {
        because(why);
        ended = true;
        if (reading) {
            try {
                socket.shutdownInput();
            } catch (IOException e) {
                LOG.trace("shutting down", e);
            }
        }
    }

    /** What a thread does next; it hands in what it has done. */
    private synchronized Step next(Turn turn) {
        if (turn.spare) {
            turn.spare = false;
            spares--;
        }
        turn.settle(this);
        boolean waits = queryWaits();
        if (!answers.isEmpty() && !writing && (!waits || spares == 0 || answers.areMany())) {
            writing = true;
            turn.toWriteLength = answers.length();
            turn.toWrite = answers.take();
            return Step.WRITE;
        }
        if (waits && !answers.areTooMany()) {
            takeQuery(turn);
            return Step.ANSWER;
        }
        if (waits) {
            // Whoever writes looks again afterwards.
            shared.unread();
            return Step.LEAVE;
        }
        if (ended || reading) {
            return Step.LEAVE;
        }
        reading = true;
        queries.makeRoom();
        return Step.READ;
    }

    /** Whether a whole query was read and not taken. */
    private boolean queryWaits() {
        if (ended) {
            return false;
        }
        if (queries.isBroken()) {
            endWith(TcpEnd.LENGTH);
            return false;
        }
        return queries.hasNext();
    }

    private void takeQuery(Turn turn) {
        Exchange x = turn.exchange();
        x.inLength = queries.take(x.in);
        if (spares == 0 && queryWaits()) {
            if (threads < threadsMax) {
                startThread();
            } else {
                shared.full();
            }
        }
    }

    private void written(byte[] buffer) {
        writing = false;
        answers.sent(buffer);
    }

    private void read(int bytes) {
        reading = false;
        if (bytes == END) {
            ended = true;
        } else {
            queries.filled(bytes);
        }
    }

    /** Nothing can be sent any more. */
    private void broken() {
        synchronized (this) {
            ended = true;
            answers.clear();
        }
        close(TcpEnd.CLIENT);
    }

    private void leave() {
        boolean last;
        synchronized (this) {
            threads--;
            last = threads == 0;
        }
        if (last) {
            close(TcpEnd.CLIENT);
            onEnd.accept(this);
        }
    }

    /** One thread's turns at the connection. */
    private final class Turn implements Runnable {
        private boolean spare = true;
        private @Nullable Exchange x;
        private int answerLength = NONE;
        private int answersInARow;
        private boolean hasRead;
        private int bytesRead;
        private byte @Nullable [] toWrite;
        private int toWriteLength;

        @Override
        public void run() {
            try {
                for (Step step = next(this); step != Step.LEAVE; step = next(this)) {
                    switch (step) {
                        case ANSWER -> answer();
                        case READ -> readSome();
                        case WRITE -> write();
                        case LEAVE -> throw new IllegalStateException("left");
                    }
                }
            } catch (IOException e) {
                LOG.trace("TCP connection of {} ends", client, e);
                broken();
            } catch (RuntimeException e) {
                LOG.error("cannot answer a query of {} over TCP", client, e);
                endWith(TcpEnd.FAULT);
            } finally {
                if (toWrite != null) {
                    // Nobody else writes while this thread does: others must not wait for it.
                    broken();
                }
                free();
                leave();
            }
        }

        /** Enters what it has done into the connection's state; the caller holds its lock. */
        private void settle(TcpConnection connection) {
            if (answerLength != NONE) {
                connection.answers.add(exchange().answer.bytes(), answerLength);
                answerLength = NONE;
            }
            if (hasRead) {
                hasRead = false;
                connection.read(bytesRead);
            }
            if (toWrite != null) {
                connection.written(toWrite);
                toWrite = null;
            }
        }

        private Exchange exchange() {
            if (x == null) {
                x = shared.take();
                x.sourceHigh = Address.high(client);
                x.sourceLow = Address.low(client);
            }
            return x;
        }

        private void free() {
            if (x != null) {
                shared.giveBack(x);
                x = null;
            }
        }

        private void answer() {
            int length = shared.respond(exchange());
            if (length == QueryPipeline.SILENCE) {
                endWith(TcpEnd.NO_QUERY);
                return;
            }
            answerLength = length;
            answersInARow++;
        }

        private void readSome() throws IOException {
            free();
            rest();
            bytesRead = queries.fill(input);
            hasRead = true;
        }

        private void write() throws IOException {
            free();
            byte[] bytes = toWrite;
            for (int at = 0; bytes != null && at < toWriteLength; at += TcpAnswers.BYTES) {
                output.write(bytes, at, Math.min(TcpAnswers.BYTES, toWriteLength - at));
                lastQueryMs = shared.nowMs();
            }
            rest();
        }

        @SuppressWarnings("ThreadPriorityCheck") // virtual threads are not preempted
        private void rest() {
            if (answersInARow >= ANSWERS_IN_A_ROW) {
                answersInARow = 0;
                Thread.yield();
            }
        }
    }
}
