package org.popnet.edge;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.popnet.caching.ByteRange;

/** The body of an answer to several ranges, {@code multipart/byteranges} (RFC 9110 §14.6): what stands around each part. */
final class RangeParts {
    private final String boundary;
    private final List<ByteRange> ranges;
    private final List<byte[]> heads = new ArrayList<>();
    private final byte[] end;

    /**
     * @param contentType of the whole, if it has one
     * @param wholeLength of the representation in bytes
     * @param boundary what nobody who made the content could know
     */
    RangeParts(List<ByteRange> ranges, @Nullable String contentType, long wholeLength, String boundary) {
        this.boundary = boundary;
        this.ranges = ranges;
        String before = "\r\n--" + boundary + (contentType == null ? "" : "\r\nContent-Type: " + contentType)
                + "\r\nContent-Range: ";
        for (ByteRange range : ranges) {
            heads.add((before + range.contentRange(wholeLength) + "\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1));
        }
        end = ("\r\n--" + boundary + "--\r\n").getBytes(StandardCharsets.ISO_8859_1);
    }

    String contentType() {
        return "multipart/byteranges; boundary=" + boundary;
    }

    /** Of all of it, in bytes. */
    long length() {
        long length = end.length;
        for (int i = 0; i < ranges.size(); i++) {
            length += heads.get(i).length + ranges.get(i).length();
        }
        return length;
    }

    int count() {
        return ranges.size();
    }

    ByteRange range(int part) {
        return ranges.get(part);
    }

    /** What precedes a part. */
    byte[] head(int part) {
        return heads.get(part);
    }

    /** What follows the last part. */
    byte[] end() {
        return end;
    }
}
