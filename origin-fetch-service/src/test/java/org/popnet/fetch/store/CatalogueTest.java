package org.popnet.fetch.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.popnet.caching.Vary;

/** The list of what is stored: bounded however much comes and goes, and whole wherever its writing anew is interrupted. */
@Timeout(120)
class CatalogueTest {
    private static final int URLS = 500;

    @TempDir
    Path directory;

    private Catalogue catalogue;
    private volatile Executor writing = Runnable::run;
    private final Map<ObjectKey, Entry> stored = new ConcurrentHashMap<>();
    private final AtomicInteger writings = new AtomicInteger();
    private volatile Catalogue.Contents contents = this::give;
    private long lastId;

    @BeforeEach
    void begin() {
        catalogue = new Catalogue(directory, rewriting -> writing.execute(rewriting));
        catalogue.begin(0, 0, sink -> {
            writings.incrementAndGet();
            contents.giveTo(sink);
        });
    }

    @AfterEach
    void close() {
        catalogue.close();
    }

    @Test
    void itIsWrittenAnewWhenMostOfItIsHistoryAndNeverGrowsPastItsBound() throws IOException {
        long most = 0;
        for (int i = 0; i < 450_000; i++) {
            add();
            if (i % 1000 == 0) {
                most = Math.max(most, size());
            }
        }
        assertThat(writings.get()).isEqualTo(1 + 4);
        long record = size() / read(directory).records();
        assertThat(most).isLessThanOrEqualTo((record + 1) * (2 * URLS + Catalogue.HISTORY_KEPT));
        assertThat(read(directory).entries()).isEqualTo(stored);
    }

    @Test
    void aCrashWhileItIsWrittenAnewLosesNothingOfIt() throws Exception {
        writing = rewriting -> Thread.ofPlatform().daemon().start(rewriting);
        CountDownLatch halfWay = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        contents = sink -> {
            int given = 0;
            for (Map.Entry<ObjectKey, Entry> each : Map.copyOf(stored).entrySet()) {
                if (++given == URLS / 2) {
                    halfWay.countDown();
                    waitFor(goOn);
                }
                sink.accept(each.getKey(), each.getValue());
            }
        };
        while (halfWay.getCount() > 0) {
            add();
        }
        for (int i = 0; i < 1000; i++) {
            add();
        }
        // what kill -9 would leave now
        Path crashed = Files.createDirectories(directory.resolve("crashed"));
        Files.copy(directory.resolve("catalogue"), crashed.resolve("catalogue"));
        Files.copy(
                directory.resolve("catalogue.new"),
                crashed.resolve("catalogue.new"),
                StandardCopyOption.REPLACE_EXISTING);
        assertThat(read(crashed).entries()).isEqualTo(stored);
        try (Catalogue again = new Catalogue(crashed)) {
            again.begin(lastId, 0, this::give); // a start that finds most of it to be history
        }
        assertThat(read(crashed).entries()).isEqualTo(stored);
        assertThat(read(crashed).records()).isEqualTo(URLS);
        assertThat(crashed.resolve("catalogue.new")).doesNotExist();

        // without a crash, what came meanwhile is in the new one
        goOn.countDown();
        await().until(() -> !Files.exists(directory.resolve("catalogue.new")));
        add();
        assertThat(read(directory).entries()).isEqualTo(stored);
        assertThat(read(directory).highestId()).isEqualTo(lastId);
    }

    @Test
    void ifItCannotBeWrittenAnewItIsGoneOnWithAndNotTriedAtEveryObject() throws IOException {
        contents = sink -> {
            throw new IOException("disk full");
        };
        int before = writings.get();
        for (int i = 0; i < 250_000; i++) {
            add();
        }
        assertThat(writings.get() - before).isEqualTo(2);
        assertThat(read(directory).entries()).isEqualTo(stored);
    }

    private void add() {
        long id = ++lastId;
        ObjectKey key = new ObjectKey("www.customer1.example", "/" + id % URLS, ObjectKey.WHOLE);
        Entry entry = new Entry(id, 1, Vary.NONE, "", List.of());
        stored.put(key, entry);
        catalogue.added(key, entry);
    }

    private void give(Catalogue.Sink sink) throws IOException {
        for (Map.Entry<ObjectKey, Entry> each : stored.entrySet()) {
            sink.accept(each.getKey(), each.getValue());
        }
    }

    private static void waitFor(CountDownLatch latch) throws IOException {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    private long size() throws IOException {
        return Files.size(directory.resolve("catalogue"));
    }

    private record Contents(Map<ObjectKey, Entry> entries, long records, long highestId) {}

    /** The newest of each URL, as a start takes it. */
    private static Contents read(Path root) {
        Map<ObjectKey, Entry> entries = new HashMap<>();
        long[] records = {0};
        long highest = new Catalogue(root).read((key, entry) -> {
            records[0]++;
            entries.merge(key, entry, (a, b) -> a.id() > b.id() ? a : b);
        });
        return new Contents(entries, records[0], highest);
    }
}
