package org.popnet.fetch.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.popnet.fetch.RawClient.Response;
import org.popnet.fetch.TestOrigin;

/** A body that breaks off goes on from where it broke, if what the next server has is the same. */
@Timeout(60)
class ResumptionTest {
    private static final byte[] BODY = new byte[1_000_000];
    private static final int BREAK = 400_000;

    static {
        new Random(1).nextBytes(BODY);
    }

    @TempDir
    Path directory;

    private TestOrigin breaking;
    private TestOrigin other;
    private FetchNode node;

    @BeforeEach
    void start() throws IOException {
        breaking = new TestOrigin();
        other = new TestOrigin();
        node = new FetchNode(
                directory.resolve("store"), FetchNode.store("256MB"), FetchNode.quickOrigin(), breaking, other);
        breaking.answering((request, out) -> {
            if (request.header("range") == null) {
                out.write(TestOrigin.head(200, BODY.length, "ETag: \"v1\""));
                out.write(BODY, 0, BREAK);
                out.flush();
                request.socket().shutdownOutput();
            } else {
                out.write(TestOrigin.response(503, new byte[0]));
            }
        });
    }

    @AfterEach
    void stop() throws IOException {
        node.close();
        breaking.close();
        other.close();
    }

    private static void rest(TestOrigin.Request request, OutputStream out, String... fields) throws IOException {
        int from = Integer.parseInt(request.header("range").replaceAll("[^0-9]", ""));
        out.write(TestOrigin.response(206, Arrays.copyOfRange(BODY, from, BODY.length), fields));
    }

    private static String range(int first, int whole) {
        return "Content-Range: bytes " + first + "-" + (whole - 1) + "/" + whole;
    }

    @Test
    void theRestComesFromAnotherServerAndTheWholeIsStored() throws IOException {
        other.answering((request, out) -> rest(request, out, "ETag: \"v1\"", range(BREAK, BODY.length)));
        Response response = node.get("/a");
        assertThat(response.whole()).isTrue();
        assertThat(response.body()).isEqualTo(BODY);
        assertThat(other.requests().getFirst().header("range")).isEqualTo("bytes=" + BREAK + "-");
        assertThat(other.requests().getFirst().header("if-range")).isEqualTo("\"v1\"");
        assertThat(node.count("popnet.fetch.fills", "outcome", "resumed")).isOne();

        node.whenStored();
        Response hit = node.get("/a");
        assertThat(hit.header("cache-status")).startsWith("fetch1.test; hit");
        assertThat(hit.body()).isEqualTo(BODY);
        assertThat(node.logged)
                .anyMatch(l -> l.startsWith("customer1 EventRecord")
                        && l.contains("fetch-error")
                        && l.contains("customer1/s0 127.0.0.1:" + breaking.port())
                        && l.contains("body-broken")
                        && l.contains(FetchNode.SITE + "/a"));
    }

    @Test
    void anotherVersionIsNeverAppended() throws IOException {
        other.answering((request, out) -> rest(request, out, "ETag: \"v2\"", range(BREAK, BODY.length)));
        assertBroken();
        other.answering((request, out) -> rest(request, out, "ETag: W/\"v1\"", range(BREAK, BODY.length)));
        assertBroken();
        other.answering((request, out) -> rest(request, out, range(BREAK, BODY.length)));
        assertBroken();
    }

    @Test
    void aRangeThatWasNotAskedForIsNeverAppended() throws IOException {
        other.answering((request, out) -> rest(request, out, "ETag: \"v1\"", range(BREAK - 1, BODY.length)));
        assertBroken();
        other.answering((request, out) -> rest(request, out, "ETag: \"v1\"", range(BREAK, BODY.length + 1)));
        assertBroken();
        other.answering((request, out) -> rest(request, out, "ETag: \"v1\"", "Content-Range: bytes */*"));
        assertBroken();
        other.answering((request, out) -> out.write(TestOrigin.response(200, BODY, "ETag: \"v1\"")));
        assertBroken();
    }

    @Test
    void withoutAStrongValidatorNothingIsResumed() throws IOException {
        breaking.answering((request, out) -> {
            out.write(TestOrigin.head(200, BODY.length, "ETag: W/\"v1\""));
            out.write(BODY, 0, BREAK);
            out.flush();
            request.socket().shutdownOutput();
        });
        assertBroken();
        assertThat(other.requests()).isEmpty();
    }

    @Test
    void aServerThatBreaksOffAgainAndAgainIsGivenUp() throws IOException {
        other.answering((request, out) -> {
            int from = Integer.parseInt(request.header("range").replaceAll("[^0-9]", ""));
            out.write(TestOrigin.head(206, BODY.length - from, "ETag: \"v1\"", range(from, BODY.length)));
            out.write(BODY, from, 1000);
            out.flush();
            request.socket().shutdownOutput();
        });
        assertBroken();
        assertThat(other.requests()).hasSize(Resumption.TIMES_MAX);
    }

    private void assertBroken() throws IOException {
        Response response = node.get("/a");
        assertThat(response.whole()).isFalse();
        byte[] received = response.body();
        assertThat(Arrays.equals(received, 0, received.length, BODY, 0, received.length))
                .as("what came was right as far as it came")
                .isTrue();
        assertThat(node.disk.bytes()).as("not stored").isZero();
    }
}
