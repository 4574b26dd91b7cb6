package org.popnet.fetch.store;

import java.nio.file.Path;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * The disk area.
 *
 * @param directories where objects are kept, absolute paths, one for each disk; URLs are spread over them evenly, so they
 *     should be of like size. Default: none, which stands for {@code fetch/store} under the state directory; at most 64
 * @param bytesMax how much disk stored objects take in each directory, in blocks of 4 KiB; at least 1 MiB, because less would evict each
 *     object with the next. Default 10 GiB.
 * @param objectBytesMax the largest body that is stored; larger ones pass through, so that one film cannot empty the
 *     store. At most {@code bytesMax}; 0 stands for a quarter of it, the default.
 * @param freeBytesMin no object is stored that would leave less than this free on the file system, because logs and
 *     other services' state often share it. Default 64 MiB; 0 or more.
 * @param partialBytesMax what bodies that are still arriving may take, beside {@code bytesMax}: the bound on disk while
 *     many large objects arrive at once. Default 2 GiB; at least 1 MiB.
 * @param variantsMax how many responses of one URL are kept that differ by {@code Vary}; the oldest goes first. Default
 *     16; 1 to 256, since each lookup compares them in turn.
 * @param sync when a finished object is forced to the device. Default {@code NONE}: a crash of the process loses
 *     nothing that way, and what a power failure tears is found by its checksums and fetched again. {@code DATA} forces
 *     each object before it is renamed into place, at a disk's latency per object.
 */
@ConfigurationProperties(prefix = "popnet.fetch.store", ignoreUnknownFields = false)
public record StoreSettings(
        @DefaultValue List<Path> directories,
        @DefaultValue("10GB") DataSize bytesMax,
        @DefaultValue("0B") DataSize objectBytesMax,
        @DefaultValue("64MB") DataSize freeBytesMin,
        @DefaultValue("2GB") DataSize partialBytesMax,
        @DefaultValue("16") int variantsMax,
        @DefaultValue("NONE") Sync sync) {
    private static final DataSize BYTES_MIN = DataSize.ofMegabytes(1);

    public StoreSettings {
        directories = List.copyOf(directories);
        require(
                directories.size() <= 64
                        && directories.stream().allMatch(Path::isAbsolute)
                        && directories.stream().distinct().count() == directories.size(),
                "directories",
                directories,
                "must be at most 64 absolute paths, each once");
        require(bytesMax.compareTo(BYTES_MIN) >= 0, "bytes-max", bytesMax, "must be 1MB or more");
        require(
                !objectBytesMax.isNegative() && objectBytesMax.compareTo(bytesMax) <= 0,
                "object-bytes-max",
                objectBytesMax,
                "must be at most bytes-max (" + bytesMax + "), or 0 for a quarter of it");
        require(!freeBytesMin.isNegative(), "free-bytes-min", freeBytesMin, "must not be negative");
        require(partialBytesMax.compareTo(BYTES_MIN) >= 0, "partial-bytes-max", partialBytesMax, "must be 1MB or more");
        require(variantsMax >= 1 && variantsMax <= 256, "variants-max", variantsMax, "must be 1 to 256");
        if (objectBytesMax.toBytes() == 0) {
            objectBytesMax = DataSize.ofBytes(bytesMax.toBytes() / 4);
        }
    }

    /** When data is forced to the device. */
    public enum Sync {
        NONE,
        DATA
    }

    private static void require(boolean holds, String key, Object value, String allowed) {
        if (!holds) {
            throw new IllegalArgumentException("popnet.fetch.store." + key + "=" + value + ": " + allowed);
        }
    }
}
