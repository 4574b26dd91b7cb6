package org.popnet.log.raw;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** A part of a file that may be being written behind it. */
final class FilePart extends InputStream {
    private final FileChannel channel;
    private final long end;
    private long at;

    FilePart(FileChannel channel, long start, long end) {
        this.channel = channel;
        this.at = start;
        this.end = end;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        if (at >= end) {
            return -1;
        }
        int count = channel.read(ByteBuffer.wrap(into, offset, (int) Math.min(length, end - at)), at);
        at += Math.max(count, 0);
        return count;
    }
}
