package org.popnet.platform.spool;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.popnet.platform.spool.AccessRecord.CacheResult;

/** The binary form of an {@link AccessRecord}. */
final class AccessRecordCodec {
    private static final int URL_BYTES_MAX = 512;
    private static final int REFERRER_BYTES_MAX = 256;
    private static final int USER_AGENT_BYTES_MAX = 256;
    private static final int CONTENT_TYPE_BYTES_MAX = 128;

    private static final List<String> METHODS =
            List.of("", "GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "CONNECT");
    private static final List<String> PROTOCOLS = List.of("", "HTTP/1.1", "HTTP/2", "HTTP/3", "HTTP/1.0");
    private static final List<CacheResult> RESULTS = List.of(
            CacheResult.HIT,
            CacheResult.STALE,
            CacheResult.REVALIDATED,
            CacheResult.MISS,
            CacheResult.PASS,
            CacheResult.LOCAL);

    private AccessRecordCodec() {}

    /** Writes a record that is not too long, shortening the texts that matter least first. */
    static void encode(int kind, AccessRecord record, ByteSink out) {
        if (encode(
                kind, record, out, URL_BYTES_MAX, REFERRER_BYTES_MAX, USER_AGENT_BYTES_MAX, CONTENT_TYPE_BYTES_MAX)) {
            return;
        }
        if (!encode(kind, record, out, URL_BYTES_MAX, 64, 96, 32)
                && !encode(kind, record, out, URL_BYTES_MAX, 0, 0, 0)) {
            encode(kind, record, out, 256, 0, 0, 0);
        }
    }

    private static boolean encode(
            int kind, AccessRecord r, ByteSink out, int urlMax, int referrerMax, int agentMax, int typeMax) {
        out.reset();
        out.octet(kind);
        out.varint(r.timeMs());
        out.varint(r.status());
        out.octet(RESULTS.indexOf(r.cache()));
        out.varint(r.bytesOut());
        out.varint(r.bytesIn());
        out.varint(r.firstByteMicros());
        out.varint(r.durationMicros());
        out.text(r.site(), 253);
        out.address(r.client());
        out.coded(METHODS, r.method(), 32);
        url(r.url(), urlMax, out);
        out.coded(PROTOCOLS, r.protocol(), 16);
        optional(r.referrer(), referrerMax, out);
        optional(r.userAgent(), agentMax, out);
        optional(r.contentType(), typeMax, out);
        return out.length() <= LogRecordCodec.RECORD_BYTES_MAX;
    }

    private static void optional(@Nullable String text, int bytesMax, ByteSink out) {
        out.optionalText(bytesMax == 0 ? null : text, bytesMax);
    }

    private static void url(String url, int bytesMax, ByteSink out) {
        if (url.length() <= bytesMax / 3 || ByteSink.utf8Length(url) <= bytesMax) {
            out.text(url, bytesMax);
        } else {
            byte[] whole = url.getBytes(StandardCharsets.UTF_8);
            int cut = bytesMax - 17;
            while ((whole[cut] & 0xC0) == 0x80) {
                cut--;
            }
            String hash = HexFormat.of().formatHex(sha256(whole), 0, 8);
            out.text(new String(whole, 0, cut, StandardCharsets.UTF_8) + "~" + hash, bytesMax);
        }
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** @throws MalformedBatchException if the bytes are not a record */
    static AccessRecord decode(ByteSource in) throws MalformedBatchException {
        long time = in.varint();
        long status = in.varint();
        if (status > 999) {
            throw new MalformedBatchException("status " + status + ": must be 0 to 999");
        }
        CacheResult cache = RESULTS.get(in.index(RESULTS.size(), "cache result"));
        long bytesOut = in.varint();
        long bytesIn = in.varint();
        long firstByte = in.varint();
        long duration = in.varint();
        String site = in.text(253);
        String client = in.address();
        String method = in.coded(METHODS, 32);
        String url = in.text(URL_BYTES_MAX);
        String protocol = in.coded(PROTOCOLS, 16);
        return new AccessRecord(
                time,
                site,
                client,
                method,
                url,
                protocol,
                (int) status,
                cache,
                bytesOut,
                bytesIn,
                firstByte,
                duration,
                in.optionalText(REFERRER_BYTES_MAX),
                in.optionalText(USER_AGENT_BYTES_MAX),
                in.optionalText(CONTENT_TYPE_BYTES_MAX));
    }
}
