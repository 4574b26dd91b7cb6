package org.popnet.fetch.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.popnet.fetch.TestOrigin;
import org.popnet.fetch.origin.FixedOriginSettings;
import org.popnet.fetch.origin.FixedOrigins;
import org.popnet.platform.origin.OriginChoice;
import org.popnet.platform.tree.CustomerServer;
import org.popnet.platform.tree.Domain;

/** A fixed origin is asked instead of the best one. */
class FixedOriginsTest {
    private final TestOrigin first;
    private final TestOrigin second;
    private final FetchNode.Tree tree;

    FixedOriginsTest() throws IOException {
        first = new TestOrigin();
        second = new TestOrigin();
        tree = new FetchNode.Tree(first, second);
    }

    @AfterEach
    void stop() throws IOException {
        first.close();
        second.close();
    }

    private List<String> servers(Map<String, String> fixed) {
        OriginChoice ranking = new OriginChoice() {
            @Override
            public List<CustomerServer> ranked(Domain domain) {
                return List.copyOf(
                        tree.get().tree().customers().get("customer1").servers().values());
            }

            @Override
            public void succeeded(CustomerServer server, long firstByteNanos) {}

            @Override
            public void failed(CustomerServer server, Throwable cause) {}
        };
        Domain domain = tree.get().tree().domains().get(FetchNode.SITE);
        return new FixedOrigins(new FixedOriginSettings(fixed), tree, ranking)
                .ranked(domain).stream().map(CustomerServer::name).toList();
    }

    @Test
    void theFixedServerIsTheOnlyOne() {
        assertThat(servers(Map.of("customer1", "s1"))).containsExactly("s1");
    }

    @Test
    void othersAreRankedAndSoIsOneThatTheTreeDoesNotList() {
        assertThat(servers(Map.of("customer2", "s1"))).containsExactly("s0", "s1");
        assertThat(servers(Map.of("customer1", "gone"))).containsExactly("s0", "s1");
    }
}
