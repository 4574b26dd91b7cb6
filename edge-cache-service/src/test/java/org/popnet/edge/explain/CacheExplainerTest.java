package org.popnet.edge.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.UnpooledByteBufAllocator;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.popnet.edge.memory.MemorySettings;
import org.popnet.edge.memory.MemoryTier;
import org.popnet.edge.site.SiteRouter;
import org.popnet.platform.load.TrafficMeter;
import org.popnet.platform.tree.ActiveTree;
import org.popnet.platform.tree.Generation;

class CacheExplainerTest {
    private static final String TREE = """
            network: {zone: pop.example}
            pops:
              hq: {nodes: {admin.hq: {service: admin, address: 127.250.0.1}, log.hq: {service: log, address: 127.250.0.2}}}
              westusa:
                nodes:
                  dns.westusa: {service: dns, address: 127.250.0.3}
                  edge1.westusa: {service: edge-cache, address: 127.250.0.4}
            log-servers: {log.hq: {manages: [customer1], deputies: []}}
            customers:
              customer1:
                servers: {west: {address: 127.0.0.1, port: 80}}
                domains:
                  www.customer1.example: {candidates: [servers]}
                  static.customer1.example: {candidates: [pops], origin: www.customer1.example}
            """;

    private final CacheExplainer explainer = explainer();

    private static CacheExplainer explainer() {
        SiteRouter router = new SiteRouter(new TrafficMeter(System::nanoTime));
        router.prepare(ActiveTree.of(new Generation(1, "0".repeat(40), Generation.sha256(TREE)), TREE))
                .run();
        MemoryTier memory = new MemoryTier(
                new MemorySettings(1 << 20, 1 << 16, 1 << 16, 1 << 24, 4, Duration.ofSeconds(60), 0),
                UnpooledByteBufAllocator.DEFAULT,
                () -> Instant.EPOCH);
        return new CacheExplainer(router, memory, () -> Instant.EPOCH);
    }

    @Test
    void aUrlIsReadAsAClientWouldAskForIt() {
        CacheExplainer.Explanation found = explainer.explain("http://STATIC.customer1.example?b=%2F");
        assertThat(found.key()).isEqualTo(new CacheExplainer.Key("static.customer1.example", "/?b=%2F"));
        assertThat(found.next()).isEqualTo("fetched: nothing is stored");
    }

    @Test
    void whatIsNoUrlOrNotHostedIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> explainer.explain("ftp://static.customer1.example/"));
        assertThatIllegalArgumentException().isThrownBy(() -> explainer.explain("/a b"));
        assertThatThrownBy(() -> explainer.explain("http://www.customer1.example/"))
                .isInstanceOf(CacheExplainer.NotHostedException.class)
                .hasMessageContaining("www.customer1.example is not hosted here");
    }
}
