package org.popnet.dns.steering;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.popnet.platform.tree.Cidr;

/** A hundred thousand prefixes, many of them inside each other, against a search through each length. */
class PrefixMapTest {
    private static final int PREFIXES = 100_000;

    private final Random random = new Random(20_261_127);

    @Test
    void longestPrefixOfAHundredThousandIsFound() throws Exception {
        Map<Cidr, Integer> prefixes = new HashMap<>();
        List<byte[]> inside = new ArrayList<>();
        while (prefixes.size() < PREFIXES) {
            byte[] address = address(random.nextInt(4) == 0 ? 16 : 4);
            int bits = 18 + random.nextInt(address.length * 8 - 17);
            inside.add(address);
            prefixes.put(new Cidr(InetAddress.getByAddress(masked(address, bits)), bits), prefixes.size());
        }
        PrefixMap map = new PrefixMap(prefixes);
        int found = 0;
        for (int i = 0; i < 50_000; i++) {
            byte[] address = i % 2 == 0 ? address(i % 8 == 0 ? 16 : 4) : inside.get(random.nextInt(inside.size()));
            int most = i % 3 == 0 ? 8 + random.nextInt(address.length * 8 - 7) : address.length * 8;
            int expected = expected(prefixes, address, most);
            InetAddress asked = InetAddress.getByAddress(address);
            assertThat(map.find(Address.high(asked), Address.low(asked), most))
                    .as("%s, %d bits at most", asked.getHostAddress(), most)
                    .isEqualTo(expected);
            found += expected == PrefixMap.NONE ? 0 : 1;
        }
        assertThat(found).as("addresses that lie in one").isBetween(20_000, 49_999);
    }

    @Test
    void prefixOfNoLengthHoldsAllOfItsFamily() {
        PrefixMap map = new PrefixMap(Map.of(Cidr.parse("0.0.0.0/0"), 1, Cidr.parse("192.0.2.0/24"), 2));
        assertThat(IntStream.of(find(map, "198.51.100.1"), find(map, "192.0.2.9"), find(map, "2001:db8::1")))
                .containsExactly(1, 2, PrefixMap.NONE);
    }

    private static int find(PrefixMap map, String address) {
        InetAddress asked = InetAddress.ofLiteral(address);
        return map.find(Address.high(asked), Address.low(asked), 128);
    }

    private static int expected(Map<Cidr, Integer> prefixes, byte[] address, int most) throws UnknownHostException {
        for (int bits = most; bits >= 0; bits--) {
            Integer number = prefixes.get(new Cidr(InetAddress.getByAddress(masked(address, bits)), bits));
            if (number != null) {
                return number;
            }
        }
        return PrefixMap.NONE;
    }

    /** Few first bytes, so that prefixes nest; IPv4-mapped addresses do not come out. */
    private byte[] address(int bytes) {
        byte[] address = new byte[bytes];
        random.nextBytes(address);
        address[0] = (byte) (bytes == 4 ? 11 + random.nextInt(16) : 0x20);
        if (bytes == 16) {
            address[1] = (byte) random.nextInt(4);
            address[2] = (byte) random.nextInt(16);
        }
        return address;
    }

    private static byte[] masked(byte[] address, int bits) {
        byte[] masked = new byte[address.length];
        for (int i = 0; i < bits; i++) {
            masked[i / 8] |= (byte) (address[i / 8] & 0x80 >> i % 8);
        }
        return masked;
    }
}
