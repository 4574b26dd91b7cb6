package org.popnet.dns.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.popnet.dns.TestTrees;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** The ports that a name server takes, shares with nobody, and leaves when it stops. */
class PortsTest {
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void bothKindsOfUdpListenerAnswer(boolean batched) throws Exception {
        InetSocketAddress address = RunningServer.freeAddress();
        try (RunningServer dns = new RunningServer(address, RunningServer.settings(batched, 0), TestTrees.active())) {
            for (int i = 0; i < 50; i++) {
                assertThat(dns.ask("static.customer1.example", Type.A).getSection(Section.ANSWER))
                        .hasSize(1);
            }
        }
        // Nothing stays open.
        new DatagramSocket(address).close();
        new ServerSocket(address.getPort(), 1, address.getAddress()).close();
    }

    @Test
    void busyPortIsNoticedAndNamed() throws Exception {
        try (RunningServer dns = RunningServer.start()) {
            assertThatThrownBy(
                            () -> new RunningServer(dns.address, RunningServer.settings(true, 0), TestTrees.active()))
                    .isInstanceOf(PortBusyException.class)
                    .hasMessageContaining("cannot listen on 127.250.53.1:" + dns.address.getPort() + " over TCP")
                    .hasMessageContaining("ports.dns");
        }
    }

    @Test
    void busyPortOfAnIpv6AddressIsToldApartFromIt() {
        InetSocketAddress address = new InetSocketAddress(InetAddress.ofLiteral("2001:db8::1"), 53);
        assertThat(new PortBusyException(address, "UDP", new IOException("in use")))
                .hasMessageContaining("cannot listen on [2001:db8::1]:53 over UDP (in use)");
    }

    @Test
    void udpPortOfAnotherProgramIsNoticedAndNothingStaysOpen() throws Exception {
        InetSocketAddress address = RunningServer.freeAddress();
        try (DatagramSocket other = new DatagramSocket(address)) {
            assertThat(other.isBound()).isTrue();
            assertThatThrownBy(() -> new RunningServer(address, RunningServer.settings(true, 0), TestTrees.active()))
                    .isInstanceOf(PortBusyException.class)
                    .hasMessageContaining("over UDP");
        }
        new ServerSocket(address.getPort(), 1, address.getAddress()).close();
    }
}
