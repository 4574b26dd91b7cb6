package org.popnet.platform.spool;

/**
 * The binary form of a record with its kind; {@code package-info} has the layout. A kind's layout never changes: one
 * with more fields is another kind.
 */
final class LogRecordCodec {
    /** Any record is cut to this, so that it fits a datagram even if it does not compress. */
    static final int RECORD_BYTES_MAX = 900;
    /** Segments and batches of access records without a kind, which earlier versions made. */
    static final int ACCESS_ONLY = 1;
    /** Segments and batches of records that begin with their kind. */
    static final int WITH_KIND = 2;

    private static final int ACCESS = 1;
    private static final int QUERY = 2;
    private static final int EVENT = 3;

    private LogRecordCodec() {}

    static boolean isFormat(int format) {
        return format == ACCESS_ONLY || format == WITH_KIND;
    }

    /** Writes a record of at most {@link #RECORD_BYTES_MAX} bytes, beginning with its kind. */
    static void encode(LogRecord record, ByteSink out) {
        switch (record) {
            case AccessRecord access -> AccessRecordCodec.encode(ACCESS, access, out);
            case QueryRecord query -> QueryRecordCodec.encode(QUERY, query, out);
            case EventRecord event -> EventRecordCodec.encode(EVENT, event, out);
        }
    }

    /**
     * @throws MalformedBatchException if the bytes are not a record
     * @throws UnknownFormatException if it is of a kind that a newer version made
     */
    static LogRecord decode(int format, ByteSource in) throws MalformedBatchException, UnknownFormatException {
        int kind = format == ACCESS_ONLY ? ACCESS : in.octet();
        return switch (kind) {
            case ACCESS -> AccessRecordCodec.decode(in);
            case QUERY -> QueryRecordCodec.decode(in);
            case EVENT -> EventRecordCodec.decode(in);
            default ->
                throw new UnknownFormatException("a record of kind " + kind + ": this version reads 1 to " + EVENT);
        };
    }

    /** When a record happened that starts here; every kind begins with that. */
    static long timeMs(int format, ByteSource in) throws MalformedBatchException {
        if (format != ACCESS_ONLY) {
            in.octet();
        }
        return in.varint();
    }
}
