package org.popnet.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.popnet.edge.TestEdge.SITE;
import static org.popnet.edge.TestFilm.MIB;
import static org.popnet.edge.TestOrigin.respond;

import io.micrometer.core.instrument.Counter;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.popnet.edge.TestClient.Response;
import org.springframework.util.unit.DataSize;

/** The same of one client and a film that is larger than what is kept whole. */
abstract class FilmStory extends EdgeStory {
    TestFilm film;
    TestClient client;

    @Override
    EdgeSettings settings() {
        return TestEdge.patient(DataSize.ofMegabytes(64));
    }

    @BeforeEach
    final void showFilm() throws Exception {
        film = new TestFilm(20 * MIB + 12_345);
        fetch.handler = film;
        origin.handler = (request, out) -> respond(out, 503, new byte[0]);
        client = edge.client();
    }

    @AfterEach
    final void leave() throws Exception {
        client.close();
    }

    /** Another edge in its place, with so much memory. */
    final void restart(DataSize memory) throws Exception {
        client.close();
        restart(TestEdge.patient(memory));
        client = edge.client();
    }

    Response range(String range, String... fields) throws Exception {
        String[] all = new String[fields.length + 2];
        System.arraycopy(fields, 0, all, 2, fields.length);
        all[0] = "Range";
        all[1] = "bytes=" + range;
        return client.get(SITE, "/film", all);
    }

    List<String> asked() {
        return TestFilm.asked(fetch);
    }

    double filled(String result) {
        Counter counter =
                edge.registry.find("popnet.edge.fills").tag("result", result).counter();
        return counter == null ? 0 : counter.count();
    }

    void awaitNothingKept() {
        await().untilAsserted(() -> assertThat(edge.memory.bytesInUse()).isZero());
    }

    void awaitSegments(int count) {
        await().untilAsserted(() -> assertThat(filled("segment")).isEqualTo(count));
    }
}
