package org.popnet.dns.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.xbill.DNS.Message;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Type;

/** Many queries of one connection: each is answered when its answer is made, whichever takes long (RFC 7766). */
@Timeout(300)
class TcpPipeliningTest {
    private static final String CLIENT = "127.250.53.9";
    private static final int PIPELINED_MAX = 8;
    private static final Duration LONG = Duration.ofSeconds(120);

    private RunningServer dns;
    private HeldServer server;

    @BeforeEach
    void start() throws IOException {
        dns = RunningServer.start();
        server = new HeldServer(PIPELINED_MAX, dns.pipeline::respond);
    }

    @AfterEach
    void stop() {
        server.close();
        dns.close();
    }

    @Test
    void queryThatTakesLongDelaysNoneOfThoseBehindIt() throws Exception {
        server.hold(0);
        try (TcpClient client = client()) {
            client.out.write(queries(0, 50));
            assertThat(receive(client, 49)).isEqualTo(ids(1, 50));
            server.release(0);
            assertThat(receive(client, 1)).containsExactly(0);
            assertThat(client.ask(query(50)).getRcode()).isEqualTo(Rcode.NOERROR);
        }
        await().atMost(LONG).until(() -> server.ended("client") == 1);
        assertThat(server.inProgress).hasValue(0);
    }

    /** As many as may be are in progress; the others are not lost, and wait until there is room. */
    @Test
    void thereAreNoMoreInProgressThanMayBe() throws Exception {
        for (int id = 0; id < PIPELINED_MAX; id++) {
            server.hold(10 * id);
        }
        try (TcpClient client = client()) {
            client.out.write(queries(0, 100));
            int free = 10 * (PIPELINED_MAX - 1) + 1 - PIPELINED_MAX;
            Set<Integer> before = receive(client, free);
            await().atMost(LONG)
                    .until(() -> server.inProgress.get() == PIPELINED_MAX && server.paused("pipelined-max") > 0);
            for (int id = 0; id < PIPELINED_MAX; id++) {
                assertThat(before).doesNotContain(10 * id);
                server.release(10 * id);
            }
            before.addAll(receive(client, 100 - free));
            assertThat(before).isEqualTo(ids(0, 100));
            assertThat(server.inProgressMost).hasValue(PIPELINED_MAX);
        }
    }

    @Test
    void whereOneAtATimeIsAnsweredTheOrderIsThatOfTheQueries() throws Exception {
        try (HeldServer inOrder = new HeldServer(1, dns.pipeline::respond);
                TcpClient client = new TcpClient(inOrder.address, CLIENT)) {
            inOrder.hold(0);
            client.out.write(queries(0, 100));
            await().atMost(LONG).until(() -> inOrder.paused("pipelined-max") > 0);
            inOrder.release(0);
            for (int id = 0; id < 100; id++) {
                assertThat(client.receive().getHeader().getID()).isEqualTo(id);
            }
            assertThat(inOrder.inProgressMost).hasValue(1);
        }
    }

    @Test
    void queriesThatComeAloneAreAnsweredByTheThreadThatReadsThem() throws Exception {
        try (TcpClient client = client()) {
            for (int id = 0; id < 200; id++) {
                assertThat(client.ask(query(id)).getHeader().getID()).isEqualTo(id);
            }
        }
        assertThat(server.threads).hasSize(1);
        assertThat(server.exchanges).hasValue(1);
    }

    /** Nobody read on while it was answered, as none was waiting; within seconds somebody does. */
    @Test
    void queryThatCameAloneAndTakesLongIsOvertakenToo() throws Exception {
        server.hold(0);
        try (TcpClient client = client()) {
            client.send(query(0));
            await().atMost(LONG).until(() -> server.inProgress.get() == 1);
            client.send(query(1));
            server.clockMs.addAndGet(HeldServer.IDLE_MS * 3 / 4);
            server.listener.closeIdle();
            assertThat(receive(client, 1)).containsExactly(1);
            server.release(0);
            assertThat(receive(client, 1)).containsExactly(0);
        }
    }

    @Test
    void clientThatHasSaidAllIsAnsweredAll() throws Exception {
        server.hold(0);
        try (TcpClient client = client()) {
            client.out.write(queries(0, 50));
            client.socket.shutdownOutput();
            assertThat(receive(client, 49)).isEqualTo(ids(1, 50));
            server.release(0);
            assertThat(receive(client, 1)).containsExactly(0);
            assertThat(client.in.read()).as("then the connection ends").isEqualTo(-1);
        }
        await().atMost(LONG).until(() -> server.ended("client") == 1);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 11, 4097, 65535})
    void impossibleLengthEndsTheConnectionOnceWhatCameBeforeIsAnswered(int length) throws Exception {
        twentyAreAnsweredBefore(length, new byte[0], 20, "length");
    }

    /** Its client is no client; what it asked before is answered, and what it may want to say after is not looked at. */
    @Test
    void responseAmongTheQueriesEndsTheConnectionOnceWhatCameBeforeIsAnswered() throws Exception {
        byte[] response = query(20).toWire();
        response[2] |= (byte) 0x80;
        twentyAreAnsweredBefore(response.length, response, 21, "no-query");
    }

    /**
     * Twenty queries come, the first of which takes long, and then something that ends the connection.
     *
     * @param asked how many come to be answered, what ends it included
     * @param reason the end's, as it is counted
     */
    private void twentyAreAnsweredBefore(int length, byte[] message, int asked, String reason) throws Exception {
        server.hold(0);
        ByteArrayOutputStream sent = new ByteArrayOutputStream();
        sent.write(queries(0, 20));
        new DataOutputStream(sent).writeShort(length);
        sent.write(message);
        try (TcpClient client = client()) {
            client.out.write(sent.toByteArray());
            assertThat(receive(client, 19)).isEqualTo(ids(1, 20));
            await().atMost(LONG).until(() -> server.asked.get() == asked);
            server.release(0);
            assertThat(receive(client, 1)).containsExactly(0);
            assertThat(client.in.read()).isEqualTo(-1);
        }
        await().atMost(LONG).until(() -> server.ended(reason) == 1);
    }

    @Test
    void faultInOneQueryLosesNoOther() throws Exception {
        try (HeldServer faulty = new HeldServer(PIPELINED_MAX, x -> {
                    if (HeldServer.id(x) == 0) {
                        throw new IllegalStateException("as the test wants it");
                    }
                    return dns.pipeline.respond(x);
                });
                TcpClient client = new TcpClient(faulty.address, CLIENT)) {
            faulty.hold(0);
            client.out.write(queries(0, 50));
            assertThat(receive(client, 49)).isEqualTo(ids(1, 50));
            faulty.release(0);
            assertThat(client.in.read()).isEqualTo(-1);
            await().atMost(LONG).until(() -> faulty.ended("fault") == 1);
            try (TcpClient next = new TcpClient(faulty.address, CLIENT)) {
                assertThat(next.ask(query(1)).getRcode()).isEqualTo(Rcode.NOERROR);
            }
        }
    }

    @Test
    void allThatCameIsAnsweredWhenTheServerStopsInTheMiddle() throws Exception {
        server.hold(0);
        try (TcpClient busy = client();
                TcpClient idle = client()) {
            idle.ask(query(7));
            busy.out.write(queries(0, 50));
            assertThat(receive(busy, 49)).isEqualTo(ids(1, 50));
            Thread stopping = Thread.ofPlatform().start(server.listener::close);
            assertThat(idle.in.read()).as("the server stops").isEqualTo(-1);
            server.release(0);
            assertThat(receive(busy, 1)).containsExactly(0);
            assertThat(busy.in.read()).isEqualTo(-1);
            stopping.join();
            assertThat(server.ended("stop")).isEqualTo(2);
            assertThat(server.listener.connections()).isZero();
        }
    }

    /** Ten thousand queries for large answers: what is kept for such a client is bounded, and it is cut off. */
    @Test
    void clientThatFetchesNothingIsNotReadFurtherAndDelaysOnlyItself() throws Exception {
        int bytes = 60_000;
        try (HeldServer large = new HeldServer(PIPELINED_MAX, x -> patterned(x, bytes));
                TcpClient deaf = new TcpClient(large.address, CLIENT);
                TcpClient other = new TcpClient(large.address, CLIENT)) {
            byte[] all = queries(0, 10_000);
            Thread sender = Thread.ofVirtual().start(() -> {
                try {
                    deaf.out.write(all);
                } catch (IOException e) {
                    assertThat(e).isNotNull(); // cut off while it sent
                }
            });
            await().atMost(LONG).until(() -> large.paused("unread") > 0);
            for (int id = 0; id < 20; id++) {
                other.send(query(id));
                assertThat(other.in.readNBytes(other.in.readUnsignedShort())).hasSize(bytes);
            }
            await().atMost(LONG).until(() -> {
                large.clockMs.addAndGet(HeldServer.IDLE_MS + 1);
                // The second answer shows that the first counts as complete.
                for (int id = 0; id < 2; id++) {
                    other.send(query(id));
                    other.in.readNBytes(other.in.readUnsignedShort());
                }
                large.listener.closeIdle();
                return large.listener.connections() == 1;
            });
            assertThat(large.ended("idle")).isEqualTo(1);
            assertThat(large.asked.get()).isLessThan(10_000);
            assertThat(large.exchanges.get()).isLessThanOrEqualTo(PIPELINED_MAX + 1);
            sender.join();
        }
    }

    /**
     * Answers of all sizes, made by threads that rest at random, to queries that come in pieces of all sizes: each comes
     * once, whole, with its own bytes.
     */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void answersNeverMixHoweverQueriesAreCutAndAnswersAreDelayed(long seed) throws Exception {
        int count = 2000;
        try (HeldServer mixed = new HeldServer(PIPELINED_MAX, x -> {
                    Random random = random(seed, HeldServer.id(x));
                    if (random.nextInt(4) == 0) {
                        LockSupport.parkNanos(random.nextInt(200_000));
                    }
                    return patterned(x, size(HeldServer.id(x), seed));
                });
                TcpClient client = new TcpClient(mixed.address, CLIENT)) {
            Thread sender = Thread.ofVirtual().start(() -> sendInPieces(client, queries(0, count), seed));
            Set<Integer> missing = ids(0, count);
            while (!missing.isEmpty()) {
                byte[] answer = client.in.readNBytes(client.in.readUnsignedShort());
                int id = (answer[0] & 0xff) << 8 | answer[1] & 0xff;
                assertThat(missing.remove(id)).as("answer %d", id).isTrue();
                assertThat(answer).isEqualTo(pattern(id, size(id, seed)));
            }
            sender.join();
            assertThat(mixed.inProgressMost.get()).isBetween(2, PIPELINED_MAX);
        }
    }

    @Test
    void queriesThatComeByteByByteAreAllAnswered() throws Exception {
        byte[] all = queries(0, 50);
        try (TcpClient client = client()) {
            for (byte one : all) {
                client.out.write(one);
            }
            assertThat(receive(client, 50)).isEqualTo(ids(0, 50));
        }
    }

    private static void sendInPieces(TcpClient client, byte[] all, long seed) {
        Random random = new Random(seed);
        try {
            for (int at = 0; at < all.length; ) {
                int most = random.nextInt(10) == 0 ? 20_000 : random.nextBoolean() ? 200 : 3;
                int piece = Math.min(all.length - at, 1 + random.nextInt(most));
                client.out.write(all, at, piece);
                at += piece;
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Seeds that differ little must not give figures that differ little. */
    private static Random random(long seed, int id) {
        return new Random((seed << 16 ^ id) * 0x9e3779b97f4a7c15L);
    }

    private static int size(int id, long seed) {
        Random random = random(~seed, id);
        return random.nextInt(20) == 0 ? 12 + random.nextInt(65_524) : 12 + random.nextInt(300);
    }

    private static int patterned(Exchange x, int bytes) {
        byte[] pattern = pattern(HeldServer.id(x), bytes);
        System.arraycopy(pattern, 0, x.answer.bytes(), 0, bytes);
        return bytes;
    }

    /** The id, then bytes that no other answer has in these places. */
    private static byte[] pattern(int id, int bytes) {
        byte[] pattern = new byte[bytes];
        random(0, id).nextBytes(pattern);
        pattern[0] = (byte) (id >>> 8);
        pattern[1] = (byte) id;
        return pattern;
    }

    private TcpClient client() throws IOException {
        return new TcpClient(server.address, CLIENT);
    }

    private static Message query(int id) throws IOException {
        Message query = RunningServer.query("www.customer1.example", Type.A);
        query.getHeader().setID(id);
        return query;
    }

    /** Framed queries with these ids, one behind the other. */
    private static byte[] queries(int from, int to) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            for (int id = from; id < to; id++) {
                byte[] wire = query(id).toWire();
                out.writeShort(wire.length);
                out.write(wire);
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return bytes.toByteArray();
    }

    private static Set<Integer> ids(int from, int to) {
        return IntStream.range(from, to).boxed().collect(Collectors.toCollection(HashSet::new));
    }

    /** So many answers, none of which may come twice. */
    private static Set<Integer> receive(TcpClient client, int count) throws IOException {
        List<Integer> ids = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Message answer = client.receive();
            assertThat(answer.getRcode()).isEqualTo(Rcode.NOERROR);
            ids.add(answer.getHeader().getID());
        }
        assertThat(ids).doesNotHaveDuplicates();
        return new HashSet<>(ids);
    }
}
