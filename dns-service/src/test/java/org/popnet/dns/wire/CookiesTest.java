package org.popnet.dns.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.popnet.dns.steering.Address;

class CookiesTest {
    private static final HexFormat HEX = HexFormat.of();
    private static final byte[] SECRET = HEX.parseHex("e5e973e5a6b2a43f48e7dc849e37bfcf");
    private static final long TIME = 1559731985;

    @Test
    void sipHashFitsItsAuthorsVector() {
        byte[] key = HEX.parseHex("000102030405060708090a0b0c0d0e0f");
        byte[] message = HEX.parseHex("000102030405060708090a0b0c0d0e");
        assertThat(new SipHash(key).hash(message, 15)).isEqualTo(0xa129ca6149be45e5L);
    }

    @Test
    void serverCookieFitsTheVectorOfRfc9018() {
        Query query = withCookie("2464c4abcf10c957");
        byte[] out = new byte[24];
        new Cookies(SECRET, null)
                .write(query, high("198.51.100.100"), low("198.51.100.100"), TIME, new byte[64], out, 0);
        assertThat(HEX.formatHex(out)).isEqualTo("2464c4abcf10c957010000005cf79f111f8130c3eee29480");
    }

    @Test
    void cookieIsValidForItsClientAndItsHourOnly() {
        Query query = withCookie("2464c4abcf10c957010000005cf79f111f8130c3eee29480");
        Cookies cookies = new Cookies(SECRET, null);
        assertThat(valid(cookies, query, "198.51.100.100", TIME + 10)).isTrue();
        assertThat(valid(cookies, query, "198.51.100.101", TIME + 10)).isFalse();
        assertThat(valid(cookies, query, "198.51.100.100", TIME + 3601)).isFalse();
        assertThat(valid(cookies, query, "198.51.100.100", TIME - 301)).isFalse();
    }

    @Test
    void cookieOfThePreviousSecretIsStillAccepted() {
        Query query = withCookie("2464c4abcf10c957010000005cf79f111f8130c3eee29480");
        assertThat(valid(new Cookies(new byte[16], SECRET), query, "198.51.100.100", TIME))
                .isTrue();
        assertThat(valid(new Cookies(new byte[16], null), query, "198.51.100.100", TIME))
                .isFalse();
    }

    private static boolean valid(Cookies cookies, Query query, String client, long time) {
        return cookies.valid(query, high(client), low(client), time, new byte[64]);
    }

    private static Query withCookie(String hex) {
        Query query = new Query();
        query.message = HEX.parseHex(hex);
        query.cookieAt = 0;
        query.cookieLength = query.message.length;
        return query;
    }

    private static long high(String address) {
        return Address.high(InetAddress.ofLiteral(address));
    }

    private static long low(String address) {
        return Address.low(InetAddress.ofLiteral(address));
    }
}
