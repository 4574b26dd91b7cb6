package org.popnet.platform.spool;

import java.util.List;

/** The binary form of a {@link QueryRecord}. */
final class QueryRecordCodec {
    private static final int WORD_BYTES_MAX = 16;
    private static final int SUBNET_BYTES_MAX = 49;
    private static final int ANSWER_BYTES_MAX = 128;

    private static final List<String> TYPES =
            List.of("", "A", "AAAA", "HTTPS", "SVCB", "SRV", "SOA", "NS", "TXT", "MX", "CNAME", "CAA", "DS", "DNSKEY");
    private static final List<String> RCODES =
            List.of("", "NOERROR", "NXDOMAIN", "REFUSED", "SERVFAIL", "FORMERR", "NOTIMP", "BADVERS", "BADCOOKIE");
    private static final List<String> TRANSPORTS = List.of("", "UDP", "TCP");

    private QueryRecordCodec() {}

    static void encode(int kind, QueryRecord r, ByteSink out) {
        out.reset();
        out.octet(kind);
        out.varint(r.timeMs());
        out.text(r.domain(), 253);
        out.address(r.client());
        out.optionalText(r.subnet(), SUBNET_BYTES_MAX);
        out.coded(TYPES, r.type(), WORD_BYTES_MAX);
        out.coded(RCODES, r.rcode(), WORD_BYTES_MAX);
        out.text(r.answer(), ANSWER_BYTES_MAX);
        out.coded(TRANSPORTS, r.transport(), WORD_BYTES_MAX);
        out.varint(r.micros());
        out.varint(r.sampled());
    }

    static QueryRecord decode(ByteSource in) throws MalformedBatchException {
        return new QueryRecord(
                in.varint(),
                in.text(253),
                in.address(),
                in.optionalText(SUBNET_BYTES_MAX),
                in.coded(TYPES, WORD_BYTES_MAX),
                in.coded(RCODES, WORD_BYTES_MAX),
                in.text(ANSWER_BYTES_MAX),
                in.coded(TRANSPORTS, WORD_BYTES_MAX),
                in.varint(),
                sampled(in));
    }

    private static int sampled(ByteSource in) throws MalformedBatchException {
        long sampled = in.varint();
        if (sampled < 1 || sampled > QueryRecord.SAMPLED_MAX) {
            throw new MalformedBatchException("sampled " + sampled + ": must be 1 to " + QueryRecord.SAMPLED_MAX);
        }
        return (int) sampled;
    }
}
