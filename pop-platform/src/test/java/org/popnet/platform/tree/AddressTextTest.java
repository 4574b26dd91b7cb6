package org.popnet.platform.tree;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AddressTextTest {
    /** The examples of RFC 5952, section 4, and what lies at either end. */
    @ParameterizedTest
    @CsvSource({
        "2001:0db8::0001, 2001:db8::1",
        "2001:db8:0:0:0:0:2:1, 2001:db8::2:1",
        "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
        "2001:0:0:1:0:0:0:1, 2001:0:0:1::1",
        "2001:db8:0:0:1:0:0:1, 2001:db8::1:0:0:1",
        "2001:DB8::ABCD, 2001:db8::abcd",
        "0:0:0:0:0:0:0:0, ::",
        "0:0:0:0:0:0:0:1, ::1",
        "2001:db8:1:0:0:0:0:0, 2001:db8:1::",
        "0:0:1:2:3:4:5:6, ::1:2:3:4:5:6",
        "0:1:2:3:4:5:6:7, 0:1:2:3:4:5:6:7",
        "192.0.2.255, 192.0.2.255",
        "0.0.0.0, 0.0.0.0"
    })
    void anAddressIsAsShortAsItGets(String written, String shortened) {
        assertThat(AddressText.of(InetAddress.ofLiteral(written))).isEqualTo(shortened);
    }

    @Test
    void aPortStandsApartFromAnIpv6Address() {
        assertThat(AddressText.of(InetAddress.ofLiteral("2001:db8::1"), 53)).isEqualTo("[2001:db8::1]:53");
        assertThat(AddressText.of(InetAddress.ofLiteral("192.0.2.1"), 53)).isEqualTo("192.0.2.1:53");
    }

    @Test
    void whatIsWrittenIsReadAsTheSameAddress() throws Exception {
        Random random = new Random(20261128);
        for (int i = 0; i < 10_000; i++) {
            byte[] bytes = new byte[16];
            for (int group = 0; group < 16; group += 2) {
                bytes[group] = (byte) (random.nextInt(3) == 0 ? random.nextInt() : 0);
                bytes[group + 1] = (byte) (random.nextInt(2) == 0 ? random.nextInt() : 0);
            }
            InetAddress address = InetAddress.getByAddress(bytes);
            assertThat(InetAddress.ofLiteral(AddressText.of(address))).isEqualTo(address);
        }
    }
}
