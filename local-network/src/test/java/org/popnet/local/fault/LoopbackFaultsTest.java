package org.popnet.local.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import org.junit.jupiter.api.Test;
import org.popnet.local.state.Instance;
import org.popnet.local.testing.Requires;

class LoopbackFaultsTest {
    private static final Instance INSTANCE = new Instance(98);
    private static final InetAddress ONE = InetAddress.ofLiteral("127.198.250.1");
    private static final InetAddress TWO = InetAddress.ofLiteral("127.198.250.2");

    @Test
    @Requires({"root", "nft"})
    void nothingArrivesFromWhoIsCutOffUntilItIsHealed() throws Exception {
        try (LoopbackFaults faults = new LoopbackFaults(INSTANCE);
                DatagramSocket one = new DatagramSocket(0, ONE);
                DatagramSocket two = new DatagramSocket(0, TWO)) {
            assertThat(arrives(one, two)).isTrue();
            faults.cutOff(TWO);
            assertThat(arrives(one, two)).isFalse();
            assertThat(arrives(two, one)).isFalse();
            faults.heal(TWO);
            assertThat(arrives(one, two)).isTrue();
        }
    }

    @Test
    @Requires({"root", "nft"})
    void allIsLostOneWayAndNothingTheOther() throws Exception {
        try (LoopbackFaults faults = new LoopbackFaults(INSTANCE);
                DatagramSocket one = new DatagramSocket(0, ONE);
                DatagramSocket two = new DatagramSocket(0, TWO)) {
            faults.lose(ONE, TWO, 100);
            assertThat(arrives(one, two)).isFalse();
            assertThat(arrives(two, one)).isTrue();
        }
    }

    @Test
    void theRealNetworkIsNeverTouched() {
        try (LoopbackFaults faults = new LoopbackFaults(Instance.REAL)) {
            assertThatThrownBy(() -> faults.cutOff(InetAddress.ofLiteral("127.0.1.2")))
                    .isInstanceOf(FaultUnavailableException.class);
        }
    }

    @Test
    void rulesNameOnlyAddressesOfTheInstance() {
        LoopbackFaults faults = new LoopbackFaults(INSTANCE);
        assertThatThrownBy(() -> faults.lose(ONE, TWO, 101)).hasMessageContaining("0 to 100");
        assertThat(faults.rules()).isEqualTo("add table ip popnet_127_198\ndelete table ip popnet_127_198\n");
    }

    private static boolean arrives(DatagramSocket from, DatagramSocket to) throws Exception {
        from.send(new DatagramPacket(new byte[] {1}, 1, to.getLocalSocketAddress()));
        to.setSoTimeout(200);
        try {
            to.receive(new DatagramPacket(new byte[1], 1));
            return true;
        } catch (SocketTimeoutException e) {
            return false;
        }
    }
}
