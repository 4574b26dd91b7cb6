package org.popnet.edge.wire;

/**
 * Bounds of a request head.
 *
 * @param lineBytesMax longest request line; a longer one is answered 414
 * @param headBytesMax longest head; a longer one is answered 431
 * @param fieldsMax most header lines; more are answered 431
 */
public record RequestLimits(int lineBytesMax, int headBytesMax, int fieldsMax) {
    public static final RequestLimits DEFAULT = new RequestLimits(8_192, 32_768, 100);

    public RequestLimits {
        if (lineBytesMax < 256 || headBytesMax < lineBytesMax || fieldsMax < 1) {
            throw new IllegalArgumentException("request limits line " + lineBytesMax + ", head " + headBytesMax
                    + ", fields " + fieldsMax + ": line must be 256 or more, head no less, fields 1 or more");
        }
    }
}
