package org.popnet.edge;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Random ranges with random conditions, answered by the edge and by a few lines that cut the array. */
class RangesModelTest {
    private static final String SITE = TestEdge.SITE;
    private static final Pattern PART = Pattern.compile(
            "\r\n--([^\r]+)\r\nContent-Type: text/x\r\nContent-Range: bytes (\\d+)-(\\d+)/(\\d+)\r\n\r\n");

    private final Random random = new Random(9110);
    private final List<byte[]> bodies = new ArrayList<>();
    private TestOrigin fetch;
    private TestEdge edge;

    @BeforeEach
    void start() throws Exception {
        for (int length : new int[] {1, 2, 1_000, 4_096, 65_536, 65_537, 200_000}) {
            byte[] body = new byte[length];
            random.nextBytes(body);
            bodies.add(body);
        }
        fetch = new TestOrigin((request, out) -> {
            int i = Integer.parseInt(request.target().substring(1));
            TestOrigin.respond(
                    out,
                    200,
                    bodies.get(i),
                    "Cache-Control",
                    "max-age=600",
                    "ETag",
                    "\"" + i + "\"",
                    "Content-Type",
                    "text/x");
        });
        edge = new TestEdge(List.of(fetch), fetch);
    }

    @AfterEach
    void stop() throws Exception {
        edge.close();
        fetch.close();
    }

    private record Spec(String text, long first, long last) {
        boolean satisfiable() {
            return first <= last;
        }

        boolean overlaps(Spec other) {
            return first <= other.last && other.first <= last;
        }
    }

    private Spec spec(int length) {
        int first = random.nextInt(length + 2);
        int more = random.nextInt(length + 2);
        return switch (random.nextInt(3)) {
            case 0 -> new Spec(first + "-" + (first + more), first, Math.min(first + more, length - 1));
            case 1 -> new Spec(first + "-", first, length - 1);
            default -> new Spec("-" + more, Math.max(0, length - more), length - 1);
        };
    }

    @Test
    void randomRangesAreCutAsAReferenceCutsThem() throws Exception {
        try (TestClient client = edge.client()) {
            for (int i = 0; i < bodies.size(); i++) {
                assertThat(client.get(SITE, "/" + i).body()).isEqualTo(bodies.get(i));
            }
            for (int n = 0; n < 3_000; n++) {
                int i = random.nextInt(bodies.size());
                List<Spec> specs = new ArrayList<>();
                for (int k = 1 + random.nextInt(4); k > 0; k--) {
                    specs.add(spec(bodies.get(i).length));
                }
                String field = "bytes="
                        + String.join(", ", specs.stream().map(Spec::text).toList());
                String ifRange = random.nextInt(4) == 0 ? "\"other\"" : "\"" + i + "\"";
                check(
                        client.get(SITE, "/" + i, "Range", field, "If-Range", ifRange),
                        bodies.get(i),
                        specs,
                        ifRange.equals("\"other\""),
                        field);
            }
        }
        assertThat(fetch.requests).hasSize(bodies.size());
    }

    private static void check(
            TestClient.Response response, byte[] whole, List<Spec> specs, boolean conditionFails, String field) {
        List<Spec> wanted = specs.stream().filter(Spec::satisfiable).toList();
        long asked = wanted.stream().mapToLong(s -> s.last() - s.first() + 1).sum();
        long overlapping = 0;
        for (int a = 0; a < wanted.size(); a++) {
            Spec one = wanted.get(a);
            overlapping += wanted.subList(0, a).stream().anyMatch(one::overlaps) ? 1 : 0;
        }
        if (conditionFails || overlapping > 2 || wanted.size() > 1 && asked > whole.length) {
            assertThat(response.status()).as(field).isEqualTo(200);
            assertThat(response.body()).isEqualTo(whole);
        } else if (wanted.isEmpty()) {
            assertThat(response.status()).as(field).isEqualTo(416);
            assertThat(response.header("Content-Range")).isEqualTo("bytes */" + whole.length);
        } else {
            assertThat(response.status()).as(field).isEqualTo(206);
            assertThat(wanted.size() == 1 ? List.of(single(response)) : parts(response))
                    .as(field)
                    .isEqualTo(wanted.stream()
                            .map(s -> s.first() + "-" + s.last() + "/" + whole.length + ":"
                                    + new String(whole, (int) s.first(), (int) (s.last() - s.first() + 1), ISO_8859_1))
                            .toList());
        }
    }

    private static String single(TestClient.Response response) {
        return response.header("Content-Range").substring("bytes ".length()) + ":"
                + new String(response.body(), ISO_8859_1);
    }

    private static List<String> parts(TestClient.Response response) {
        String type = response.header("Content-Type");
        assertThat(type).startsWith("multipart/byteranges; boundary=");
        String boundary = type.substring(type.indexOf('=') + 1);
        String body = new String(response.body(), ISO_8859_1);
        List<String> parts = new ArrayList<>();
        int at = 0;
        while (!body.substring(at).equals("\r\n--" + boundary + "--\r\n")) {
            Matcher head = PART.matcher(body).region(at, body.length());
            assertThat(head.lookingAt()).as("a part at %d", at).isTrue();
            assertThat(head.group(1)).isEqualTo(boundary);
            int length = Integer.parseInt(head.group(3)) - Integer.parseInt(head.group(2)) + 1;
            parts.add(head.group(2) + "-" + head.group(3) + "/" + head.group(4) + ":"
                    + body.substring(head.end(), head.end() + length));
            at = head.end() + length;
        }
        return parts;
    }
}
