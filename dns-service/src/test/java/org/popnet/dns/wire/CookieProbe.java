package org.popnet.dns.wire;

/** A client of 192.0.2.1 that asks for a cookie, and brings it elsewhere. */
public final class CookieProbe {
    private static final long HIGH = 0;
    private static final long LOW = 0xffff_c000_0201L;
    private static final long TIME = 1_800_000_000;

    private CookieProbe() {}

    /** The cookie that these cookies' owner gives. */
    public static byte[] made(Cookies by) {
        byte[] cookie = new byte[Cookies.CLIENT_BYTES + Cookies.SERVER_BYTES];
        by.write(query(new byte[Cookies.CLIENT_BYTES]), HIGH, LOW, TIME, new byte[64], cookie, 0);
        return cookie;
    }

    public static boolean accepts(Cookies asked, byte[] cookie) {
        return asked.valid(query(cookie), HIGH, LOW, TIME, new byte[64]);
    }

    private static Query query(byte[] cookie) {
        Query query = new Query();
        query.message = cookie;
        query.cookieAt = 0;
        query.cookieLength = cookie.length;
        return query;
    }
}
