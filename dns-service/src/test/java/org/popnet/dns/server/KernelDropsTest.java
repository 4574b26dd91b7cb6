package org.popnet.dns.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.DatagramChannel;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(OS.LINUX)
class KernelDropsTest {
    @Test
    void datagramsThatFindTheBufferFullAreCounted() throws Exception {
        InetSocketAddress any6 = new InetSocketAddress(InetAddress.ofLiteral("::1"), 1);
        InetSocketAddress any = new InetSocketAddress(InetAddress.ofLiteral("127.250.53.3"), 0);
        try (DatagramChannel full = DatagramChannel.open(StandardProtocolFamily.INET);
                DatagramSocket sender = new DatagramSocket(any)) {
            full.setOption(StandardSocketOptions.SO_RCVBUF, 4096).bind(any);
            KernelDrops drops = new KernelDrops(List.of(any6, (InetSocketAddress) full.getLocalAddress()));
            assertThat(drops.count()).isZero();
            for (int i = 0; i < 100; i++) {
                sender.send(new DatagramPacket(new byte[1000], 1000, full.getLocalAddress()));
            }
            assertThat(drops.count()).isBetween(50L, 99L);
        }
    }
}
