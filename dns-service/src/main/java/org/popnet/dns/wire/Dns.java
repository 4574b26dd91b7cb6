package org.popnet.dns.wire;

/** Numbers of the DNS protocol (IANA "Domain Name System (DNS) Parameters"). */
public final class Dns {
    public static final int HEADER_BYTES = 12;
    /** The largest UDP message both sides are expected to handle without fragments (DNS flag day 2020). */
    public static final int UDP_BYTES_MAX = 1232;
    /** The largest UDP message without EDNS (RFC 1035). */
    public static final int PLAIN_UDP_BYTES_MAX = 512;

    public static final int MESSAGE_BYTES_MAX = 65535;
    public static final int NAME_BYTES_MAX = 255;
    public static final int LABEL_BYTES_MAX = 63;

    public static final int A = 1;
    public static final int NS = 2;
    public static final int CNAME = 5;
    public static final int SOA = 6;
    public static final int PTR = 12;
    public static final int HINFO = 13;
    public static final int MX = 15;
    public static final int AAAA = 28;
    public static final int SRV = 33;
    public static final int OPT = 41;
    public static final int DS = 43;
    public static final int TKEY = 249;
    public static final int TSIG = 250;
    public static final int IXFR = 251;
    public static final int AXFR = 252;
    public static final int ANY = 255;

    public static final int IN = 1;

    public static final int NOERROR = 0;
    public static final int FORMERR = 1;
    public static final int SERVFAIL = 2;
    public static final int NXDOMAIN = 3;
    public static final int NOTIMP = 4;
    public static final int REFUSED = 5;
    public static final int BADVERS = 16;
    public static final int BADCOOKIE = 23;

    /** Flags in the header's second 16 bits. */
    public static final int QR = 0x8000;

    public static final int AA = 0x0400;
    public static final int TC = 0x0200;
    public static final int RD = 0x0100;
    public static final int CD = 0x0010;

    static final int OPTION_NSID = 3;
    static final int OPTION_CLIENT_SUBNET = 8;
    static final int OPTION_COOKIE = 10;
    static final int OPTION_TCP_KEEPALIVE = 11;

    private Dns() {}

    /** The mnemonic of a response code, for metrics and people. */
    public static String rcodeName(int rcode) {
        return switch (rcode) {
            case NOERROR -> "NOERROR";
            case FORMERR -> "FORMERR";
            case SERVFAIL -> "SERVFAIL";
            case NXDOMAIN -> "NXDOMAIN";
            case NOTIMP -> "NOTIMP";
            case REFUSED -> "REFUSED";
            case BADVERS -> "BADVERS";
            case BADCOOKIE -> "BADCOOKIE";
            default -> "RCODE" + rcode;
        };
    }
}
