package org.popnet.log.raw;

import com.github.luben.zstd.ZstdInputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Writer;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** Reads raw files up to their committed length and writes the lines of a time range. */
final class RawExport {
    private final ObjectMapper json = new ObjectMapper();
    private final Path root;

    RawExport(Path root) {
        this.root = root;
    }

    /** Writes the lines of one file that are accounted from a moment to before another. */
    void write(String path, long committed, Instant from, Instant to, ExportFormat format, Writer out)
            throws IOException {
        try (FileChannel channel = FileChannel.open(root.resolve(path), StandardOpenOption.READ);
                BufferedReader lines = new BufferedReader(new InputStreamReader(
                        new ZstdInputStream(new Committed(channel, committed)), StandardCharsets.UTF_8))) {
            String line;
            while ((line = lines.readLine()) != null) {
                JsonNode record = json.readTree(line);
                Instant time = Instant.parse(
                        record.path("accounted").asString(record.path("time").asString()));
                if (!time.isBefore(from) && time.isBefore(to)) {
                    format.append(out, line, record);
                }
            }
        }
    }

    /** The committed beginning of a file that is being written. */
    private static final class Committed extends InputStream {
        private final FileChannel channel;
        private final long end;
        private long at;

        Committed(FileChannel channel, long end) {
            this.channel = channel;
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
}
