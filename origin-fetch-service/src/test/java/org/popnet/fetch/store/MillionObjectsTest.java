package org.popnet.fetch.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.popnet.caching.Freshness;
import org.popnet.caching.Headers;
import org.popnet.caching.Vary;
import org.popnet.fetch.store.DiskTier.Found;
import org.springframework.util.unit.DataSize;

/** A million stored objects are found again in seconds; prints how many. Takes 4 GiB of disk. */
@Tag("slow")
@Timeout(900)
class MillionObjectsTest {
    private static final int OBJECTS = 1_000_000;

    @TempDir
    Path directory;

    @Test
    void aMillionObjectsAreFoundAgainInSeconds() throws IOException {
        long start = System.nanoTime();
        try (DiskTier disk = open(new SimpleMeterRegistry())) {
            AtomicInteger done = new AtomicInteger();
            IntStream.range(0, OBJECTS).parallel().forEach(i -> {
                store(disk, i);
                done.incrementAndGet();
            });
            assertThat(done).hasValue(OBJECTS);
        }
        System.out.printf("stored in %.1f s%n", (System.nanoTime() - start) / 1e9);

        for (int round = 0; round < 3; round++) {
            SimpleMeterRegistry meters = new SimpleMeterRegistry();
            start = System.nanoTime();
            try (DiskTier disk = open(meters)) {
                double seconds = (System.nanoTime() - start) / 1e9;
                System.out.printf(
                        "opened in %.2f s, recovery %.2f s, heap in use %d MiB%n",
                        seconds,
                        meters.timer("popnet.fetch.store.recovery").totalTime(java.util.concurrent.TimeUnit.SECONDS),
                        (Runtime.getRuntime().totalMemory()
                                        - Runtime.getRuntime().freeMemory())
                                >> 20);
                assertThat(meters.counter("popnet.fetch.store.recovered").count())
                        .isEqualTo(OBJECTS);
                assertThat(meters.counter("popnet.fetch.store.recovered.read").count())
                        .isZero();
                assertThat(seconds).isLessThan(100);
                assertThat(disk.find(key(OBJECTS / 2), Headers.EMPTY)).isInstanceOf(Found.Hit.class);
            }
        }
    }

    private static ObjectKey key(int i) {
        return new ObjectKey("static.customer1.example", "/images/products/" + i + ".jpg");
    }

    private static void store(DiskTier disk, int i) {
        StoredHead head = new StoredHead(
                200,
                Headers.of("Content-Type", "image/jpeg", "ETag", "\"" + i + "\"", "Cache-Control", "max-age=86400"),
                Vary.NONE,
                "",
                new Freshness(1, 2, false, 3, 4),
                List.of(),
                1);
        try {
            NewObject object = disk.begin(key(i), head, 1000);
            object.write(new byte[1000], 0, 1000);
            assertThat(disk.publish(object, () -> true)).isTrue();
            object.release();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private DiskTier open(SimpleMeterRegistry meters) {
        StoreSettings settings = new StoreSettings(
                List.of(),
                DataSize.ofGigabytes(20),
                DataSize.ofBytes(0),
                DataSize.ofBytes(0),
                DataSize.ofGigabytes(1),
                16,
                StoreSettings.Sync.NONE);
        return DiskTier.open(directory.resolve("store"), settings, meters);
    }
}
