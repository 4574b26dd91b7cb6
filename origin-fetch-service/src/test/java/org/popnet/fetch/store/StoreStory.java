package org.popnet.fetch.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.popnet.caching.Freshness;
import org.popnet.caching.Headers;
import org.popnet.caching.Vary;
import org.popnet.fetch.store.DiskTier.Found;
import org.springframework.util.unit.DataSize;

/** What stories of a store on disk begin and end with. */
abstract class StoreStory {
    static final String SITE = "www.customer1.example";

    @TempDir
    Path directory;

    final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    DiskTier disk;

    @AfterEach
    final void close() {
        if (disk != null) {
            disk.close();
        }
    }

    static StoreSettings settings(String bytesMax) {
        return new StoreSettings(
                List.of(),
                DataSize.parse(bytesMax),
                DataSize.ofBytes(0),
                DataSize.ofBytes(0),
                DataSize.ofGigabytes(1),
                16,
                StoreSettings.Sync.NONE);
    }

    void open(String bytesMax) {
        disk = DiskTier.open(directory.resolve("store"), settings(bytesMax), meters);
    }

    void reopen(String bytesMax) {
        disk.close();
        open(bytesMax);
    }

    static StoredHead head(String target) {
        return new StoredHead(
                200,
                Headers.of("ETag", "\"a\"", "Content-Type", "text/plain; x=ü", "X-Target", target),
                Vary.NONE,
                "",
                new Freshness(1, 2, false, 3, 4),
                List.of("one", "two"),
                1234);
    }

    NewObject begin(String target, long length) {
        NewObject object = disk.begin(new ObjectKey(SITE, target), head(target), length);
        assertThat(object).isNotNull();
        return object;
    }

    void store(String target, byte[] body) throws IOException {
        store(target, head(target), body);
    }

    void store(String target, StoredHead head, byte[] body) throws IOException {
        NewObject object = disk.begin(new ObjectKey(SITE, target), head, body.length);
        Random sizes = new Random(body.length);
        for (int at = 0; at < body.length; ) {
            int part = Math.min(body.length - at, sizes.nextInt(100_000) + 1);
            object.write(body, at, part);
            at += part;
        }
        assertThat(disk.publish(object, () -> true)).isTrue();
        object.release();
    }

    StoredObject hit(String target) {
        return ((Found.Hit) disk.find(new ObjectKey(SITE, target), Headers.EMPTY)).object();
    }

    byte[] read(String target) throws IOException {
        try (StoredObject object = hit(target)) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            object.copyTo(out, 0, object.length());
            return out.toByteArray();
        }
    }

    Path objectFile() throws IOException {
        return objectFiles().getFirst();
    }

    List<Path> objectFiles() throws IOException {
        try (Stream<Path> files = Files.walk(directory.resolve("store/objects"))) {
            return new ArrayList<>(files.filter(p -> StoreDirectory.id(p) > 0).toList());
        }
    }

    long bytesOnDisk() throws IOException {
        long bytes = 0;
        for (Path file : objectFiles()) {
            bytes += Files.size(file);
        }
        return bytes;
    }

    static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }
}
