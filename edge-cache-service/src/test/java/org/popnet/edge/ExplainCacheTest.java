package org.popnet.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.popnet.edge.TestEdge.SITE;
import static org.popnet.edge.TestOrigin.respond;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.popnet.caching.Storability;
import org.popnet.edge.memory.CacheKey;
import org.popnet.edge.memory.Inspection;

/** What can be said of a URL, after real requests. */
class ExplainCacheTest extends EdgeStory {
    private Inspection inspect(String target) {
        return edge.memory.inspect(new CacheKey(SITE, target));
    }

    @Test
    void nothingIsKnownOfWhatNobodyAskedFor() {
        assertThat(inspect("/none")).isEqualTo(new Inspection(List.of(), List.of(), 0, null, false, false, false));
    }

    @Test
    void everyVariantIsNamedByWhatSelectsIt() throws Exception {
        fetch.handler = (request, out) ->
                respond(out, 200, new byte[10], "Cache-Control", "max-age=60", "Vary", "X, Accept-Language");
        try (TestClient client = edge.client()) {
            client.get(SITE, "/a", "X", "1", "Accept-Language", "DE, en");
            client.get(SITE, "/a", "X", "2");
        }
        Inspection found = inspect("/a");
        assertThat(found.vary()).containsExactly("accept-language", "x");
        assertThat(found.variants())
                .extracting(Inspection.Variant::selectedBy)
                .containsExactlyInAnyOrder(List.of("de,en", "1"), java.util.Arrays.asList(null, "2"));
        assertThat(found.variants())
                .allSatisfy(v -> assertThat(v.freshness().lifetimeMs()).isEqualTo(60_000));
    }

    @Test
    void whyItIsPassedIsRemembered() throws Exception {
        fetch.handler = (request, out) -> respond(out, 200, new byte[10], "Cache-Control", "private");
        try (TestClient client = edge.client()) {
            client.get(SITE, "/a");
        }
        await().untilAsserted(() -> assertThat(inspect("/a").why()).isEqualTo(Storability.PRIVATE_DIRECTIVE));
        edge.skewMs.set(121_000);
        assertThat(inspect("/a").why()).isNull();
    }

    @Test
    void aChangeIsKnownUntilItIsFetchedAgain() throws Exception {
        try (TestClient client = edge.client()) {
            client.get(SITE, "/a");
            assertThat(inspect("/a").variants()).hasSize(1);
            client.request("DELETE", SITE, "/a");
            assertThat(inspect("/a").changed()).isTrue();
            assertThat(inspect("/a").variants()).isEmpty();
            client.get(SITE, "/a");
            assertThat(inspect("/a").changed()).isFalse();
        }
    }
}
