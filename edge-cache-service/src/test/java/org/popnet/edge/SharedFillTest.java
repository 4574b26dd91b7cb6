package org.popnet.edge;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.popnet.edge.TestEdge.SITE;
import static org.popnet.edge.TestOrigin.respond;

import java.io.EOFException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.popnet.platform.flush.FlushOrder;
import org.popnet.platform.flush.FlushOrder.Kind;
import org.springframework.util.unit.DataSize;

class SharedFillTest extends EdgeStory {
    private static final byte[] BODY = new byte[300_000];
    private final CountDownLatch headGate = new CountDownLatch(1);
    private final CountDownLatch bodyGate = new CountDownLatch(1);
    private final ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor();

    @Override
    EdgeSettings settings() {
        return TestEdge.patient(DataSize.ofMegabytes(64));
    }

    @BeforeEach
    void answer() {
        for (int i = 0; i < BODY.length; i++) {
            BODY[i] = (byte) (i * 31);
        }
        fetch.handler = (request, out) -> {
            headGate.await();
            out.write(("HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nContent-Length: " + BODY.length + "\r\n\r\n")
                    .getBytes(UTF_8));
            out.write(BODY, 0, 100_000);
            out.flush();
            bodyGate.await();
            out.write(BODY, 100_000, BODY.length - 100_000);
        };
        origin.handler = (request, out) -> respond(out, 200, "own".getBytes(UTF_8), "Set-Cookie", "a=b");
    }

    @AfterEach
    void stop() {
        headGate.countDown();
        bodyGate.countDown();
        clients.close();
    }

    private List<Future<TestClient.Response>> ask(int count, String target) {
        List<Future<TestClient.Response>> answers = new ArrayList<>();
        Callable<TestClient.Response> ask = () -> {
            try (TestClient client = edge.client()) {
                return client.get(SITE, target);
            }
        };
        for (int i = 0; i < count; i++) {
            answers.add(clients.submit(ask));
        }
        return answers;
    }

    private double connections() {
        return edge.registry.get("popnet.edge.connections").gauge().value();
    }

    @Test
    void manySimultaneousMissesAreOneFetch() throws Exception {
        List<Future<TestClient.Response>> answers = ask(200, "/one");
        await().until(() -> connections() == 200 && fetch.requests.size() == 1);
        headGate.countDown();
        bodyGate.countDown();
        int collapsed = 0;
        for (Future<TestClient.Response> answer : answers) {
            assertThat(answer.get().body()).isEqualTo(BODY);
            collapsed += answer.get().header("Cache-Status").endsWith("collapsed") ? 1 : 0;
        }
        assertThat(fetch.requests).hasSize(1);
        assertThat(collapsed).isPositive();
    }

    @Test
    void waitersReadTheBodyWhileItStillComes() throws Exception {
        try (TestClient first = edge.client();
                TestClient second = edge.client()) {
            headGate.countDown();
            first.send("GET /x HTTP/1.1\r\nHost: " + SITE + "\r\n\r\n");
            readHead(first);
            first.bytes(100_000);
            second.send("GET /x HTTP/1.1\r\nHost: " + SITE + "\r\nRange: bytes=99990-100009\r\n\r\n");
            readHead(second);
            second.bytes(10);
            bodyGate.countDown();
            assertThat(second.bytes(10)).startsWith(BODY[100_000], BODY[100_001]);
            first.bytes(200_000);
        }
        assertThat(fetch.requests).hasSize(1);
    }

    private static void readHead(TestClient client) throws Exception {
        StringBuilder head = new StringBuilder();
        while (head.length() < 4 || !head.substring(head.length() - 4).equals("\r\n\r\n")) {
            head.append((char) client.bytes(1)[0]);
        }
    }

    @Test
    void othersStillGetTheBodyWhenItsLeaderLeaves() throws Exception {
        TestClient leader = edge.client();
        leader.send("GET /x HTTP/1.1\r\nHost: " + SITE + "\r\n\r\n");
        await().until(() -> fetch.requests.size() == 1);
        List<Future<TestClient.Response>> others = ask(20, "/x");
        await().until(() -> connections() == 21);
        leader.close();
        await().until(() -> connections() == 20);
        headGate.countDown();
        bodyGate.countDown();
        for (Future<TestClient.Response> other : others) {
            assertThat(other.get().body()).isEqualTo(BODY);
        }
        assertThat(fetch.requests).hasSize(1);
        await().untilAsserted(() ->
                assertThat(edge.log).extracting(l -> l.record().status()).contains(0));
    }

    @Test
    void everyWaiterSeesABreakAndNothingIsStored() throws Exception {
        fetch.handler = (request, out) -> {
            out.write(
                    "HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nContent-Length: 1000\r\n\r\nhalf".getBytes(UTF_8));
            out.flush();
            bodyGate.await();
            throw new IllegalStateException("break");
        };
        List<Future<TestClient.Response>> answers = ask(20, "/broken");
        await().until(() -> connections() == 20 && fetch.requests.size() == 1);
        bodyGate.countDown();
        for (Future<TestClient.Response> answer : answers) {
            assertThatThrownBy(answer::get).hasCauseInstanceOf(EOFException.class);
        }
        assertThat(fetch.requests).hasSize(1);
        await().untilAsserted(() -> assertThat(edge.memory.bytesInUse()).isZero());
        assertThat(edge.memory.objects()).isZero();
    }

    @Test
    void waitersOfWhatCannotBeSharedGoToTheOriginThemselves() throws Exception {
        fetch.handler = (request, out) -> {
            headGate.await();
            respond(out, 200, "for one".getBytes(UTF_8), "Set-Cookie", "session=1", "Cache-Control", "max-age=60");
        };
        List<Future<TestClient.Response>> answers = ask(10, "/page");
        await().until(() -> connections() == 10 && fetch.requests.size() == 1);
        headGate.countDown();
        int own = 0;
        for (Future<TestClient.Response> answer : answers) {
            own += answer.get().text().equals("own") ? 1 : 0;
        }
        assertThat(own).isEqualTo(9);
        assertThat(fetch.requests).hasSize(1);
        assertThat(origin.requests).hasSize(9);
    }

    @Test
    void errorIsSharedButNotStored() throws Exception {
        fetch.handler = (request, out) -> {
            headGate.await();
            respond(out, 500, "oops".getBytes(UTF_8));
        };
        List<Future<TestClient.Response>> answers = ask(20, "/e");
        await().until(() -> connections() == 20 && fetch.requests.size() == 1);
        headGate.countDown();
        for (Future<TestClient.Response> answer : answers) {
            assertThat(answer.get().status()).isEqualTo(500);
        }
        assertThat(fetch.requests).hasSize(1);
        assertThat(edge.memory.objects()).isZero();
    }

    @Test
    void fillThatBeganBeforeAFlushIsNotStoredAfterIt() throws Exception {
        headGate.countDown();
        List<Future<TestClient.Response>> before = ask(1, "/x");
        await().until(() -> edge.memory.bytesInUse() > 0);
        edge.memory.apply(new FlushOrder(SITE, 1, Kind.URL, "/elsewhere"));
        List<Future<TestClient.Response>> after = ask(1, "/x");
        await().until(() -> fetch.requests.size() == 2); // does not join
        bodyGate.countDown();
        assertThat(before.getFirst().get().body()).isEqualTo(BODY);
        assertThat(after.getFirst().get().body()).isEqualTo(BODY);
        await().untilAsserted(() -> assertThat(edge.memory.objects()).isEqualTo(1));
        edge.memory.apply(new FlushOrder(SITE, 2, Kind.ALL, ""));
        await().untilAsserted(() -> assertThat(edge.memory.bytesInUse()).isZero());
    }

    @Test
    void nextFetchServerIsAskedWhenTheFirstIsGone() throws Exception {
        headGate.countDown();
        bodyGate.countDown();
        try (TestOrigin gone = new TestOrigin((request, out) -> {})) {
            gone.close();
            try (TestEdge two = new TestEdge(List.of(gone, fetch), origin);
                    TestClient client = two.client()) {
                for (int i = 0; i < 10; i++) {
                    assertThat(client.get(SITE, "/n" + i).body()).isEqualTo(BODY);
                }
            }
        }
        assertThat(fetch.requests).hasSize(10);
    }

    @Test
    void originIsAskedWhenThereIsNoFetchServer() throws Exception {
        try (TestEdge alone = new TestEdge(List.of(), origin);
                TestClient client = alone.client()) {
            assertThat(client.get(SITE, "/x").text()).isEqualTo("own");
            assertThat(origin.requests.getFirst().header("Host")).isEqualTo("www.customer1.example");
        }
    }
}
