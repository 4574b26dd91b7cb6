package org.popnet.dns.wire;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The data of one resource record, encoded once: bytes, then names, then bytes.
 *
 * @param compress whether the names may be compressed (RFC 3597, 4: only those of RFC 1035's types)
 */
@SuppressWarnings("ArrayRecordComponent") // read by the hot path, never changed, never compared
public record RecordData(int type, byte[] before, List<WireName> names, byte[] after, boolean compress) {
    private static final byte[] NOTHING = {};

    public RecordData {
        names = List.copyOf(names);
    }

    public static RecordData address(InetAddress address) {
        byte[] bytes = address.getAddress();
        return new RecordData(bytes.length == 4 ? Dns.A : Dns.AAAA, bytes, List.of(), NOTHING, false);
    }

    public static RecordData ns(WireName server) {
        return name(Dns.NS, server);
    }

    /** A record of one of RFC 1035's types whose data is one name: NS, CNAME, PTR. */
    public static RecordData name(int type, WireName name) {
        return new RecordData(type, NOTHING, List.of(name), NOTHING, true);
    }

    public static RecordData mx(int priority, WireName server) {
        byte[] number = ByteBuffer.allocate(2).putShort((short) priority).array();
        return new RecordData(Dns.MX, number, List.of(server), NOTHING, true);
    }

    /** A record whose data nobody but its reader takes apart (RFC 3597). */
    public static RecordData opaque(int type, byte[] data) {
        return new RecordData(type, data.clone(), List.of(), NOTHING, false);
    }

    /** Times in seconds, as in RFC 1035, 3.3.13; the minimum is the TTL of negative answers (RFC 2308). */
    public static RecordData soa(
            WireName server, WireName mailbox, int serial, int refresh, int retry, int expire, int minimum) {
        byte[] numbers = ByteBuffer.allocate(20)
                .putInt(serial)
                .putInt(refresh)
                .putInt(retry)
                .putInt(expire)
                .putInt(minimum)
                .array();
        return new RecordData(Dns.SOA, NOTHING, List.of(server, mailbox), numbers, true);
    }

    /** RFC 2782; the target is never compressed. */
    public static RecordData srv(int priority, int weight, int port, WireName target) {
        byte[] numbers = ByteBuffer.allocate(6)
                .putShort((short) priority)
                .putShort((short) weight)
                .putShort((short) port)
                .array();
        return new RecordData(Dns.SRV, numbers, List.of(target), NOTHING, false);
    }

    public static RecordData hinfo(String cpu, String os) {
        byte[] first = cpu.getBytes(StandardCharsets.US_ASCII);
        byte[] second = os.getBytes(StandardCharsets.US_ASCII);
        byte[] strings = ByteBuffer.allocate(first.length + second.length + 2)
                .put((byte) first.length)
                .put(first)
                .put((byte) second.length)
                .put(second)
                .array();
        return new RecordData(Dns.HINFO, strings, List.of(), NOTHING, false);
    }
}
