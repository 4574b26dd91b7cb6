package org.popnet.edge;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.random.RandomGenerator;
import org.popnet.caching.CacheStatus;

/** The fields that this edge adds to what it answers from memory, encoded once as far as they never change. */
final class OwnFields {
    private static final byte[] AGE = ascii("Age: ");
    private static final byte[] END = ascii("\r\n");
    private static final byte[] STATUS = ascii("Cache-Status: ");

    private static final int BOUNDARY_BYTES = 16;

    private final byte[] hit;
    private final byte[] via;
    private final RandomGenerator random;

    /**
     * @param node as {@code Via} and {@code Cache-Status} show it
     * @param random that nobody can guess
     */
    OwnFields(String node, RandomGenerator random) {
        this.random = random;
        hit = ascii("Cache-Status: " + CacheStatus.hit(node, 0).replaceFirst("0$", ""));
        via = ascii("Via: 1.1 " + node + "\r\n");
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** What stands between the parts of one answer: in no body, because whoever wrote that could not know it. */
    String boundary() {
        byte[] bytes = new byte[BOUNDARY_BYTES];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    /** Of an answer that no fetch was waited for. */
    void hit(ByteBuf out, long ageSeconds, long ttlSeconds) {
        age(out, ageSeconds);
        out.writeBytes(hit);
        decimal(out, ttlSeconds);
        out.writeBytes(END).writeBytes(via);
    }

    /** @param trace the value of {@code Cache-Status} */
    void traced(ByteBuf out, long ageSeconds, String trace) {
        age(out, ageSeconds);
        out.writeBytes(STATUS);
        out.writeCharSequence(trace, StandardCharsets.ISO_8859_1);
        out.writeBytes(END).writeBytes(via);
    }

    private static void age(ByteBuf out, long seconds) {
        out.writeBytes(AGE);
        decimal(out, seconds);
        out.writeBytes(END);
    }

    /** Writes a number in decimal, without a string of it. */
    static void decimal(ByteBuf out, long number) {
        long rest = number;
        if (rest < 0) {
            out.writeByte('-');
            rest = rest == Long.MIN_VALUE ? Long.MAX_VALUE : -rest;
        }
        long unit = 1;
        while (rest / unit >= 10) {
            unit *= 10;
        }
        for (; unit > 0; unit /= 10) {
            out.writeByte((int) ('0' + rest / unit % 10));
        }
    }
}
