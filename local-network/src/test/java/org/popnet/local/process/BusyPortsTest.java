package org.popnet.local.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;
import org.popnet.local.process.ProcessSpec.Port;
import org.popnet.local.process.ProcessSpec.Protocol;

class BusyPortsTest {
    private static final InetAddress ADDRESS = InetAddress.ofLiteral("127.0.0.1");

    @Test
    void holderOfATcpPortIsNamed() throws Exception {
        try (ServerSocket held = new ServerSocket(0, 1, ADDRESS)) {
            assertThat(BusyPorts.problem(ADDRESS, new Port(Protocol.TCP, held.getLocalPort())))
                    .hasValueSatisfying(why -> assertThat(why)
                            .contains("TCP port " + held.getLocalPort() + " of 127.0.0.1")
                            .contains("process " + ProcessHandle.current().pid()));
        }
    }

    @Test
    void holderOfAUdpPortIsNamed() throws Exception {
        try (DatagramSocket held = new DatagramSocket(0, ADDRESS)) {
            assertThat(BusyPorts.problem(ADDRESS, new Port(Protocol.UDP, held.getLocalPort())))
                    .hasValueSatisfying(why -> assertThat(why)
                            .contains("process " + ProcessHandle.current().pid()));
        }
    }

    @Test
    void freePortIsNoProblem() throws Exception {
        int port;
        try (ServerSocket held = new ServerSocket(0, 1, ADDRESS)) {
            port = held.getLocalPort();
        }
        assertThat(BusyPorts.problem(ADDRESS, new Port(Protocol.TCP, port))).isEmpty();
    }

    @Test
    void foreignAddressIsSaidToBeMissing() {
        assertThat(BusyPorts.problem(InetAddress.ofLiteral("192.0.2.1"), new Port(Protocol.TCP, 8080)))
                .hasValueSatisfying(why -> assertThat(why).contains("192.0.2.1 is not an address of this machine"));
    }
}
