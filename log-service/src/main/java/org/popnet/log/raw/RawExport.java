package org.popnet.log.raw;

import com.github.luben.zstd.ZstdInputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Writer;
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
                        new ZstdInputStream(new FilePart(channel, 0, committed)), StandardCharsets.UTF_8))) {
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
}
