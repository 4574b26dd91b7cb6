package org.popnet.edge;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.popnet.edge.TestOrigin.respond;

import io.netty.buffer.PooledByteBufAllocator;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.List;
import org.junit.jupiter.api.Test;

/** An edge with an IPv6 address beside its IPv4 one serves the same on both. */
class DualStackTest {
    @Test
    void sameObjectsAreServedOnBothAddresses() throws Exception {
        InetAddress six = InetAddress.ofLiteral("::1");
        try (ServerSocket probe = new ServerSocket(0, 1, six)) {
            assertThat(probe.isBound()).isTrue();
        } catch (IOException e) {
            assumeTrue(false, "this machine has no IPv6");
        }
        List<InetSocketAddress> both = List.of(new InetSocketAddress("127.0.0.1", 0), new InetSocketAddress(six, 0));
        try (TestOrigin origin = new TestOrigin((request, out) -> respond(out, 200, "abc".getBytes(UTF_8)));
                TestEdge edge = new TestEdge(List.of(origin), origin)) {
            EdgeServer dual = new EdgeServer(edge.edge, new PooledByteBufAllocator(true), () -> both);
            dual.start();
            try {
                assertThat(dual.listening()).isTrue();
                assertThat(dual.addresses()).hasSize(2);
                for (InetSocketAddress address : dual.addresses()) {
                    try (TestClient client = new TestClient(address)) {
                        assertThat(client.get(TestEdge.SITE, "/a.txt").text()).isEqualTo("abc");
                    }
                }
            } finally {
                dual.stop();
            }
            assertThat(dual.listening()).isFalse();
        }
    }
}
