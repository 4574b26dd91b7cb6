package org.popnet.dns.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.nio.ByteBuffer;
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

    /**
     * Appendix A.2 to A.4: renewed, with something in what is reserved (that one is too old by the time of its answer),
     * and over IPv6 after a change of secrets.
     */
    @Test
    void cookiesThatComeBackFitTheVectorsOfRfc9018() {
        Cookies cookies = new Cookies(SECRET, null);
        renewed(
                cookies,
                "198.51.100.100",
                "2464c4abcf10c957010000005cf79f111f8130c3eee29480",
                1559734385,
                "2464c4abcf10c957010000005cf7a871d4a564a1442aca77");
        renewed(
                cookies,
                "203.0.113.203",
                "fc93fc62807ddb8601abcdef5cf78f71a314227b6679ebf5",
                1559734700,
                "fc93fc62807ddb86010000005cf7a9acf73a7810aca2381e");
        renewed(
                new Cookies(
                        HEX.parseHex("445536bcd2513298075a5d379663c962"),
                        HEX.parseHex("dd3bdf9344b678b185a6f5cb60fca715")),
                "2001:db8:220:1:59de:d0f4:8769:82b8",
                "22681ab97d52c298010000005cf7c57926556bd0934c72f8",
                1559741961,
                "22681ab97d52c298010000005cf7c609a6bb79d16625507a");
    }

    private static void renewed(Cookies cookies, String client, String came, long time, String told) {
        Query query = withCookie(came);
        int made = ByteBuffer.wrap(query.message).getInt(12);
        assertThat(valid(cookies, query, client, made + 60)).as(came).isTrue();
        byte[] out = new byte[24];
        cookies.write(query, high(client), low(client), time, new byte[64], out, 0);
        assertThat(HEX.formatHex(out)).isEqualTo(told);
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
