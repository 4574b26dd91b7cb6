package org.popnet.bench.probes;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.popnet.local.state.Instance;
import org.popnet.platform.tree.NetworkTree;
import org.popnet.platform.tree.TreeParser;

class ProbedWorldTest {
    private static final Instance INSTANCE = new Instance(MeasuredProbe.INSTANCE);

    @Test
    void theTreeHasSoManyServersEachWithAnAddressAndPortOfItsOwn() {
        NetworkTree tree = TreeParser.parse("network.yml", INSTANCE.translate(ProbedWorld.tree(2000)));

        assertThat(ProbedWorld.servers(tree))
                .hasSize(2000)
                .doesNotHaveDuplicates()
                .allMatch(server -> server.getAddress().getHostAddress().startsWith(INSTANCE.octets()));
    }

    @Test
    void theProbeMayMeasureEveryResolverAndNeighboursAreFarApartInTheOrder() {
        NetworkTree tree = TreeParser.parse("network.yml", INSTANCE.translate(ProbedWorld.tree(100)));
        List<InetAddress> resolvers = ProbedWorld.resolvers(INSTANCE, ProbedWorld.RESOLVERS_MAX);

        assertThat(new HashSet<>(resolvers)).hasSize(10_000).doesNotContain(ProbedWorld.spareResolver(INSTANCE));
        assertThat(resolvers).allMatch(resolver -> tree.latencyTargets().privateResolvers().stream()
                .anyMatch(prefix -> prefix.contains(resolver)));
        assertThat(resolvers.subList(0, 100).stream().map(r -> r.getAddress()[2]))
                .doesNotHaveDuplicates();
    }
}
