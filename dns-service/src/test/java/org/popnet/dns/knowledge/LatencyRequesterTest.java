package org.popnet.dns.knowledge;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.popnet.dns.TestTrees;
import org.popnet.platform.agent.CurrentTree;
import org.popnet.platform.agent.TreeSubscriber;
import org.popnet.platform.datagram.DatagramPort;
import org.popnet.platform.datagram.Received;
import org.popnet.platform.message.Message;
import org.popnet.platform.message.Message.LatencyRequest;
import org.popnet.platform.tree.ActiveTree;
import org.popnet.platform.tree.NodeName;

class LatencyRequesterTest {
    private static final int CALL_MS = 50;
    private static final ActiveTree TREE = TestTrees.active();

    private final AtomicLong clock = new AtomicLong(10_000_000_000L);
    private final LatencyRequests requests = new LatencyRequests(100_000, 60_000);
    /** By probe, what it was asked to measure. */
    private final Map<NodeName, Set<InetAddress>> asked = new HashMap<>();

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 30, 200, 1000})
    void floodOfResolversIsMeasuredNoFasterThanIsWanted(int perSecond) {
        LatencyRequester requester = requester(perSecond);
        flood(20 * perSecond);
        requester.send();
        long before = told();
        for (int ms = 0; ms < 10_000; ms += CALL_MS) {
            clock.addAndGet(CALL_MS);
            requester.send();
        }
        assertThat(told() - before).isBetween(10L * perSecond - 1, 10L * perSecond + 1);
        assertThat(asked.keySet())
                .containsExactlyInAnyOrder(
                        NodeName.of("probe.westusa"), NodeName.of("probe.eastusa"), NodeName.of("probe.europe"));
        assertThat(asked.values())
                .as("all probes measure the same")
                .containsOnly(asked.get(NodeName.of("probe.europe")));
    }

    @Test
    void quietTimeIsSavedForAQuarterOfASecond() {
        LatencyRequester requester = requester(200);
        clock.addAndGet(3_600_000);
        flood(1000);
        requester.send();
        assertThat(told()).isEqualTo(50);
        requester.send();
        assertThat(told()).as("at the same time").isEqualTo(50);
    }

    private void flood(int resolvers) {
        for (int i = 0; i < resolvers; i++) {
            requests.offer(0, 0xffff_0000_0000L + i, clock.get());
        }
    }

    private long told() {
        return asked.values().stream().mapToInt(Set::size).max().orElse(0);
    }

    private LatencyRequester requester(int perSecond) {
        return new LatencyRequester(requests, new Port(), new Tree(), perSecond, clock::get);
    }

    private final class Port implements DatagramPort {
        @Override
        public boolean send(NodeName receiver, Message message) {
            LatencyRequest request = (LatencyRequest) message;
            assertThat(request.resolvers()).hasSizeBetween(1, LatencyRequester.BATCH);
            asked.computeIfAbsent(receiver, any -> new HashSet<>()).addAll(request.resolvers());
            return true;
        }

        @Override
        public <M extends Message> void onReceive(Class<M> kind, Consumer<Received<M>> reader) {
            throw new UnsupportedOperationException("it only asks");
        }

        @Override
        public void close() {}
    }

    private static final class Tree implements CurrentTree {
        @Override
        public ActiveTree get() {
            return TREE;
        }

        @Override
        public void subscribe(TreeSubscriber subscriber) {
            throw new UnsupportedOperationException("it looks when it asks");
        }

        @Override
        public NodeName self() {
            return TestTrees.SELF;
        }
    }
}
