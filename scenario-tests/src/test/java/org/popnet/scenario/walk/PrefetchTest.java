package org.popnet.scenario.walk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.popnet.local.LocalNetwork;
import org.popnet.local.visit.Visit;
import org.popnet.platform.control.ControlException;
import org.popnet.platform.tree.Node;
import tools.jackson.databind.JsonNode;

/** Content that is fetched ahead over the control port of a real origin-fetch server, and what users then get. */
@Tag("process")
@ExtendWith(WholeNetwork.class)
class PrefetchTest {
    private static final String SITE = "static.customer1.example";
    private static final String FETCH = "fetch1.europe";

    private LocalNetwork network;
    private Node fetch;

    @BeforeEach
    void whole(LocalNetwork shared) {
        network = shared;
        fetch = shared.node(FETCH);
    }

    @Test
    void whatWasFetchedAheadComesFromDiskForTheFirstUserAlready() {
        String mark = "?ahead=" + System.nanoTime();
        List<String> targets = List.of("/img/alr.svg" + mark, "/site.css" + mark, "/no-such-thing" + mark);
        JsonNode begun = network.operator().post(fetch, "/prefetches", order(SITE, targets), JsonNode.class);
        String id = begun.path("id").asString();
        await().atMost(Duration.ofMinutes(1))
                .until(() -> !progress(id).path("state").asString().equals("RUNNING"));
        JsonNode ended = progress(id);
        assertThat(ended.path("state").asString()).as(ended.toString()).isEqualTo("DONE");
        assertThat(ended.path("fetched").asInt()).as(ended.toString()).isEqualTo(2);
        assertThat(ended.path("failed").asInt()).as(ended.toString()).isEqualTo(1);

        await().atMost(Duration.ofMinutes(2)).untilAsserted(() -> {
            Visit visit = new Users(network).get("paris", "http://" + SITE + "/img/alr.svg" + mark);
            assertThat(visit.server()).isEqualTo("edge1.europe");
            assertThat(visit.status()).isEqualTo(200);
            assertThat(visit.headers().allValues("cache-status").toString()).contains(FETCH + "; hit");
        });
    }

    @Test
    void whatCannotBeFetchedAheadIsRefusedInWords() {
        refused(order("www.nobody.example", List.of("/")), 422, "www.nobody.example");
        refused(order(SITE, List.of("http://169.254.169.254/latest")), 422, "169.254");
        refused(order(SITE, List.of()), 422, "");
        assertThatThrownBy(() -> progress("no-such-list")).hasMessageContaining("no list no-such-list");
    }

    private void refused(Map<String, Object> order, int status, String words) {
        assertThatThrownBy(() -> network.operator().post(fetch, "/prefetches", order, JsonNode.class))
                .isInstanceOf(ControlException.class)
                .hasMessageContaining("answered " + status + ": ")
                .hasMessageContaining(words);
    }

    private JsonNode progress(String id) {
        return network.operator().get(fetch, "/prefetches/" + id, JsonNode.class);
    }

    private static Map<String, Object> order(String site, List<String> targets) {
        return Map.of(
                "site",
                site,
                "targets",
                targets,
                "requestsPerSecond",
                20,
                "bytesPerSecond",
                1_000_000,
                "bytesMax",
                10_000_000);
    }
}
