package org.popnet.log.raw;

import com.github.luben.zstd.ZstdInputStream;
import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.function.Consumer;
import org.popnet.platform.tree.NodeName;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** Reads accesses back from raw files, for whoever counts them again. */
public final class RawAccesses {
    private final ObjectMapper json = new ObjectMapper();
    private final Path root;

    /** What is counted of an access. */
    public record Access(NodeName node, Instant accounted, String site, long bytesOut, long bytesIn) {}

    public RawAccesses(Path root) {
        this.root = root;
    }

    /**
     * Reads a part of a file; its ends are where transactions ended.
     *
     * @throws IOException if it is not there any more, or not whole
     */
    public void read(String path, long fromBytes, long toBytes, Consumer<Access> to) throws IOException {
        try (FileChannel channel = FileChannel.open(root.resolve(path), StandardOpenOption.READ)) {
            if (channel.size() < toBytes) {
                throw new EOFException(path + " has " + channel.size() + " bytes of " + toBytes);
            }
            try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                    new ZstdInputStream(new FilePart(channel, fromBytes, toBytes)), StandardCharsets.UTF_8))) {
                String line;
                while ((line = lines.readLine()) != null) {
                    to.accept(access(json.readTree(line)));
                }
            }
        }
    }

    private static Access access(JsonNode record) {
        return new Access(
                NodeName.of(record.path("node").asString()),
                Instant.parse(
                        record.path("accounted").asString(record.path("time").asString())),
                record.path("site").asString(),
                record.path("bytesOut").asLong(),
                record.path("bytesIn").asLong());
    }
}
