package org.popnet.fetch.serve;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.util.unit.DataSize;

/** Orders that cannot be read are refused with what an order looks like. */
@Timeout(60)
class PrefetchControllerTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "nonsense{ | nonsense",
                "{\"site\":\"www.customer1.example\",\"targets\":\"/\"} | ",
                "[] | ",
            })
    void whatIsNoOrderIsRefusedWithWhatOneLooksLike(String body, String hint) throws Exception {
        try (FetchNode node = new FetchNode(directory.resolve("store"));
                Prefetcher prefetcher = prefetcher(node)) {
            assertThat(tester(prefetcher)
                            .post()
                            .uri("/prefetches")
                            .contentType(MediaType.APPLICATION_JSON)
                            .content(body))
                    .hasStatus(400)
                    .bodyText()
                    .contains("the body must be {site, targets, requestsPerSecond, bytesPerSecond, bytesMax} in JSON: ")
                    .contains(hint == null ? "" : hint);
        }
    }

    @Test
    void anOrderIsTakenAndItsProgressTold() throws Exception {
        try (FetchNode node = new FetchNode(directory.resolve("store"));
                Prefetcher prefetcher = prefetcher(node)) {
            MockMvcTester tester = tester(prefetcher);
            assertThat(tester.post()
                            .uri("/prefetches")
                            .contentType(MediaType.APPLICATION_JSON)
                            .content("""
                            {"site":"www.customer1.example","targets":["/"],"requestsPerSecond":1,"bytesPerSecond":1000,"bytesMax":1000}
                            """))
                    .hasStatus(202)
                    .bodyText()
                    .contains("\"id\":\"1\"");
            assertThat(tester.get().uri("/prefetches/1")).hasStatus(200);
            assertThat(tester.get().uri("/prefetches/2")).hasStatus(404);
        }
    }

    private static MockMvcTester tester(Prefetcher prefetcher) {
        return MockMvcTester.of(new PrefetchController(prefetcher));
    }

    private static Prefetcher prefetcher(FetchNode node) {
        return new Prefetcher(
                new PrefetchSettings(2, 10, 100, DataSize.ofMegabytes(1), 10),
                new Admission(node.tree),
                node.pipeline,
                System::nanoTime,
                new SimpleMeterRegistry());
    }
}
