package org.popnet.platform.spool;

/** The binary form of an {@link EventRecord}. */
final class EventRecordCodec {
    private static final int KIND_BYTES_MAX = 64;
    private static final int SUBJECT_BYTES_MAX = 128;
    private static final int REASON_BYTES_MAX = 256;
    private static final int DETAIL_BYTES_MAX = 512;

    private EventRecordCodec() {}

    static void encode(int kind, EventRecord record, ByteSink out) {
        write(kind, record, DETAIL_BYTES_MAX, out);
        int over = out.length() - LogRecordCodec.RECORD_BYTES_MAX;
        if (over > 0) {
            write(kind, record, DETAIL_BYTES_MAX - over, out);
        }
    }

    private static void write(int kind, EventRecord r, int detailMax, ByteSink out) {
        out.reset();
        out.octet(kind);
        out.varint(r.timeMs());
        out.text(r.kind(), KIND_BYTES_MAX);
        out.text(r.subject(), SUBJECT_BYTES_MAX);
        out.text(r.reason(), REASON_BYTES_MAX);
        out.optionalText(r.detail(), detailMax);
        out.varint(r.micros());
    }

    static EventRecord decode(ByteSource in) throws MalformedBatchException {
        return new EventRecord(
                in.varint(),
                in.text(KIND_BYTES_MAX),
                in.text(SUBJECT_BYTES_MAX),
                in.text(REASON_BYTES_MAX),
                in.optionalText(DETAIL_BYTES_MAX),
                in.varint());
    }
}
