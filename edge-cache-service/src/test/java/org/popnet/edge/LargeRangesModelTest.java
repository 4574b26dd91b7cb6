package org.popnet.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.popnet.edge.TestEdge.SITE;
import static org.popnet.edge.TestFilm.MIB;

import java.io.EOFException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.popnet.caching.ContentRange;
import org.popnet.caching.Headers;
import org.popnet.platform.flush.FlushOrder;
import org.popnet.platform.flush.FlushOrder.Kind;
import org.springframework.util.unit.DataSize;

/** Large responses against the simplest reference there is: the server's versions, in an array each. */
@Timeout(300)
class LargeRangesModelTest {
    private final Random random = new Random(20_261_127);
    private final List<byte[]> versions = new ArrayList<>(List.of(new byte[0]));
    private int whole;
    private int hits;

    @Test
    void whateverHappensEachWholeAnswerIsOneVersion() throws Exception {
        TestFilm film = new TestFilm(18 * MIB);
        versions.add(film.bytes);
        // Room for most of one version: segments come and go.
        try (TestOrigin fetch = new TestOrigin(film);
                TestEdge edge = new TestEdge(List.of(fetch), fetch, TestEdge.patient(DataSize.ofMegabytes(18)))) {
            TestClient client = edge.client();
            for (int step = 0; step < 400; step++) {
                switch (random.nextInt(12)) {
                    case 0 -> {
                        if (random.nextInt(3) == 0) {
                            film.publish(versions.size(), 17 * MIB + random.nextInt(5 * MIB));
                            versions.add(film.bytes);
                        }
                    }
                    case 1 -> edge.skewMs.addAndGet(random.nextInt(40_000));
                    case 2 -> film.breakAfter = random.nextInt(3 * MIB);
                    case 3 -> edge.memory.apply(new FlushOrder(SITE, step, Kind.URL, "/film"));
                    default -> {
                        String range = range(film.bytes.length);
                        try {
                            check(range, client.get(SITE, "/film", "Range", range));
                        } catch (EOFException e) {
                            client.close();
                            client = edge.client(); // broken off, and said so
                        }
                    }
                }
                assertThat(edge.memory.bytesInUse()).isLessThanOrEqualTo((18 + 5) * MIB);
            }
            client.close();
            assertThat(whole).isGreaterThan(200);
            assertThat(hits).isGreaterThan(20);
            assertThat(edge.memory.large().changes()).isPositive();
        }
    }

    /** {@code none} is no unit that anybody knows: the whole. */
    private String range(int length) {
        int first = random.nextInt(length);
        int last = first + random.nextInt(random.nextBoolean() ? 1000 : 4 * MIB);
        return switch (random.nextInt(8)) {
            case 0 -> "bytes=" + first + "-";
            case 1 -> "bytes=-" + (1 + random.nextInt(100_000));
            case 2 -> "none=0";
            default -> "bytes=" + first + "-" + last;
        };
    }

    private void check(String range, TestClient.Response response) {
        assertThat(response.status()).as(range).isIn(200, 206, 416);
        if (response.status() == 416) {
            return;
        }
        byte[] right = versions.get(Integer.parseInt(response.header("ETag").replace("\"", "")));
        int from = 0;
        int to = right.length - 1;
        if (response.status() == 206) {
            ContentRange part = ContentRange.of(Headers.of("Content-Range", response.header("Content-Range")));
            assertThat(part).isNotNull();
            assertThat(part.whole()).isEqualTo(right.length);
            from = (int) part.first();
            to = (int) part.last();
        }
        whole++;
        hits += response.header("Cache-Status").contains("; hit") ? 1 : 0;
        assertThat(Arrays.equals(response.body(), Arrays.copyOfRange(right, from, to + 1)))
                .as("step of %s: %s", range, response.headers())
                .isTrue();
    }
}
