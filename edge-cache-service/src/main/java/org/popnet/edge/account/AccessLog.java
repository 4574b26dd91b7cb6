package org.popnet.edge.account;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import org.popnet.platform.spool.AccessRecord;
import org.popnet.platform.spool.LogSink;
import org.popnet.platform.tree.Customer;

/** Hands one record per finished request to the spool, its fields cut to their bounds. */
public final class AccessLog {
    private static final int URL_BYTES_MAX = 512;
    private static final int HASH_DIGITS = 16;

    private final LogSink sink;

    public AccessLog(LogSink sink) {
        this.sink = sink;
    }

    /** @param customer who is accounted; null if the request belongs to no customer */
    public void append(@Nullable Customer customer, AccessRecord record) {
        sink.append(
                customer == null ? Customer.NETWORK : customer.name(), withinBounds(record) ? record : bounded(record));
    }

    /** Nearly all are: then nothing is copied. */
    private static boolean withinBounds(AccessRecord record) {
        return isShort(record.site(), 253)
                && isShort(record.method(), 32)
                && isShort(record.url(), URL_BYTES_MAX)
                && isShort(record.referrer(), 256)
                && isShort(record.userAgent(), 256)
                && isShort(record.contentType(), 128);
    }

    private static boolean isShort(@Nullable String text, int bytesMax) {
        return text == null || text.length() * 3 <= bytesMax || text.length() <= bytesMax && isAscii(text);
    }

    private static boolean isAscii(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) >= 0x80) {
                return false;
            }
        }
        return true;
    }

    private static AccessRecord bounded(AccessRecord record) {
        return new AccessRecord(
                record.timeMs(),
                cut(record.site(), 253),
                record.client(),
                cut(record.method(), 32),
                url(record.url()),
                record.protocol(),
                record.status(),
                record.cache(),
                record.bytesOut(),
                record.bytesIn(),
                record.firstByteMicros(),
                record.durationMicros(),
                cutNullable(record.referrer(), 256),
                cutNullable(record.userAgent(), 256),
                cutNullable(record.contentType(), 128));
    }

    private static @Nullable String cutNullable(@Nullable String text, int bytesMax) {
        return text == null ? null : cut(text, bytesMax);
    }

    /** The longest beginning of whole characters that fits. */
    static String cut(String text, int bytesMax) {
        if (isShort(text, bytesMax)) {
            return text;
        }
        CharsetEncoder encoder = StandardCharsets.UTF_8.newEncoder();
        CharBuffer in = CharBuffer.wrap(text);
        encoder.encode(in, ByteBuffer.allocate(bytesMax), true);
        return in.hasRemaining() ? text.substring(0, in.position()) : text;
    }

    static String url(String url) {
        String cut = cut(url, URL_BYTES_MAX);
        if (cut.length() == url.length()) {
            return url;
        }
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(url.getBytes(StandardCharsets.UTF_8));
            return cut(url, URL_BYTES_MAX - 1 - HASH_DIGITS) + "~"
                    + HexFormat.of().formatHex(hash).substring(0, HASH_DIGITS);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this JDK offers no SHA-256", e);
        }
    }
}
