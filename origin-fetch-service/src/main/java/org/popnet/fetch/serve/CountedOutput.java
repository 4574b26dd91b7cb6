package org.popnet.fetch.serve;

import java.io.IOException;
import java.io.OutputStream;

/** Counts what was written, and tells apart whose fault an error is. */
final class CountedOutput extends OutputStream {
    private final OutputStream to;
    private long count;
    private boolean failed;

    CountedOutput(OutputStream to) {
        this.to = to;
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        failed = true;
        to.write(bytes, offset, length);
        failed = false;
        count += length;
    }

    @Override
    public void flush() throws IOException {
        failed = true;
        to.flush();
        failed = false;
    }

    /** Bytes that were written. */
    long count() {
        return count;
    }

    /** Whether an error was that of the output. */
    boolean failed() {
        return failed;
    }
}
