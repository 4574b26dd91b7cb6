package org.popnet.probe.latency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Echo requests to this machine itself, where the process may send any. */
class EchoPingTest {
    private static final InetAddress OWN = InetAddress.ofLiteral("127.250.8.4");
    private static final InetAddress LOOPBACK_V6 = InetAddress.ofLiteral("::1");

    private final EchoPing ping = new EchoPing(OWN, System::nanoTime);

    @Test
    void echoOfAnAddressOfThisMachineIsTimed() throws IOException {
        assumeTrue(EchoPing.permitted(false), "this process may not send echo requests");

        assertThat(ping.ping(InetAddress.ofLiteral("127.250.8.57"), Duration.ofSeconds(10)))
                .isPositive()
                .isLessThan(10_000);
    }

    @Test
    void echoOfAnIpv6AddressIsTimed() throws IOException {
        assumeTrue(EchoPing.permitted(true), "this process may not send IPv6 echo requests");
        assumeTrue(NetworkInterface.getByInetAddress(LOOPBACK_V6) != null, "this machine has no ::1");

        assertThat(ping.ping(LOOPBACK_V6, Duration.ofSeconds(10))).isPositive().isLessThan(10_000);
    }

    @Test
    void withoutThePrivilegeTheReasonIsSaid() {
        assumeTrue(!EchoPing.permitted(false), "this process may send echo requests");

        assertThatThrownBy(() -> ping.ping(InetAddress.ofLiteral("127.250.8.57"), Duration.ofSeconds(1)))
                .hasMessageContaining("ping_group_range");
    }
}
