package org.popnet.fetch.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.popnet.caching.Freshness;
import org.popnet.caching.Headers;
import org.popnet.caching.Vary;
import org.popnet.fetch.store.DiskTier.Found;
import org.popnet.platform.flush.FlushOrder;
import org.springframework.util.unit.DataSize;

class DiskTierTest {
    private static final String SITE = "www.customer1.example";

    @TempDir
    Path directory;

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private DiskTier disk;

    @AfterEach
    void close() {
        if (disk != null) {
            disk.close();
        }
    }

    @Test
    void objectsAreFoundAgainAfterARestartWholeAndWithTheirHeads() throws IOException {
        open("64MB");
        Map<String, byte[]> bodies = new HashMap<>();
        for (int length : new int[] {0, 1, 4096, 1 << 20, (1 << 20) + 1, 3_000_000}) {
            bodies.put("/" + length, random(length));
            store("/" + length, bodies.get("/" + length));
        }
        reopen("64MB");
        for (Map.Entry<String, byte[]> object : bodies.entrySet()) {
            assertThat(read(object.getKey())).isEqualTo(object.getValue());
        }
        try (StoredObject object = hit("/4096")) {
            assertThat(object.head()).isEqualTo(head("/4096"));
        }
        assertThat(meters.counter("popnet.fetch.store.recovered").count()).isEqualTo(6);
    }

    @Test
    void aCrashInTheMiddleLeavesWholeObjectsAndNoPartials() throws IOException {
        open("64MB");
        store("/whole", random(10_000));
        NewObject unfinished = begin("/unfinished", -1);
        unfinished.write(random(5_000), 0, 5_000);
        // the process dies here: nothing is closed, discarded or published
        disk.close();
        Files.writeString(directory.resolve("store/partial/notes.txt"), "someone else's");
        Files.writeString(directory.resolve("store/objects/00/notes.txt"), "someone else's");
        Path cut = directory.resolve("store/objects/ff/00000000000000ff.obj");
        Files.write(cut, Arrays.copyOf(Files.readAllBytes(objectFile()), 700));
        Path zeros = directory.resolve("store/objects/fe/00000000000000fe.obj");
        Files.write(zeros, new byte[8192]);

        open("64MB");
        assertThat(read("/whole")).isEqualTo(random(10_000));
        assertThat(disk.find(new ObjectKey(SITE, "/unfinished"), Headers.EMPTY)).isInstanceOf(Found.Miss.class);
        assertThat(cut).doesNotExist();
        assertThat(zeros).doesNotExist();
        assertThat(directory.resolve("store/partial")).isDirectoryContaining("glob:**notes.txt");
        assertThat(directory.resolve("store/partial")).isDirectoryNotContaining("glob:**.part");
        assertThat(directory.resolve("store/objects/00/notes.txt")).hasContent("someone else's");
        assertThat(meters.counter("popnet.fetch.store.corrupt", "found", "recovery")
                        .count())
                .isEqualTo(2);
    }

    @Test
    void aFlippedBitAnywhereIsNeverServed() throws IOException {
        Random random = new Random(7);
        byte[] body = random(1_500_000);
        for (int round = 0; round < 60; round++) {
            open("64MB");
            store("/a", body);
            Path file = objectFile();
            int size = (int) Files.size(file);
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                // the head region, the body, the checksums
                long at =
                        switch (round % 3) {
                            case 0 -> random.nextInt(200);
                            case 1 -> random.nextInt(size);
                            default -> size - 1 - random.nextInt(12);
                        };
                ByteBuffer one = ByteBuffer.allocate(1);
                channel.read(one, at);
                one.put(0, (byte) (one.get(0) ^ (1 << random.nextInt(8)))).rewind();
                channel.write(one, at);
            }
            if (random.nextBoolean()) {
                disk.close();
                open("64MB");
            }
            if (disk.find(new ObjectKey(SITE, "/a"), Headers.EMPTY) instanceof Found.Hit(StoredObject object)) {
                ByteArrayOutputStream out = new ByteArrayOutputStream();
                try (object) {
                    object.copyTo(out, 0, object.length());
                    assertThat(out.toByteArray())
                            .as("only unused bytes were hit")
                            .isEqualTo(body);
                } catch (IOException e) {
                    disk.dropCorrupt(object, e);
                    assertThat(disk.find(new ObjectKey(SITE, "/a"), Headers.EMPTY))
                            .isInstanceOf(Found.Miss.class);
                    assertThat(file).doesNotExist();
                }
            }
            disk.flush(Selector.of(new FlushOrder(SITE, 1, FlushOrder.Kind.ALL, "")), () -> {});
            disk.close();
        }
    }

    @Test
    void anyPartIsWhatAModelSaysItIs() throws IOException {
        open("64MB");
        Random random = new Random(11);
        byte[] body = random(3_300_000);
        store("/a", body);
        for (int i = 0; i < 300; i++) {
            int first = random.nextInt(body.length);
            int count = random.nextInt(Math.min(body.length - first, random.nextBoolean() ? 100 : 2_000_000)) + 1;
            try (StoredObject object = hit("/a")) {
                ByteArrayOutputStream out = new ByteArrayOutputStream();
                object.verifyAt(first);
                object.copyTo(out, first, count);
                assertThat(Arrays.equals(out.toByteArray(), 0, count, body, first, first + count))
                        .as("%d bytes from %d", count, first)
                        .isTrue();
            }
        }
    }

    @Test
    void diskUseStaysBelowTheBoundAndEvictedFilesAreGone() throws IOException {
        open("2MB");
        for (int i = 0; i < 200; i++) {
            store("/" + i, random(50_000));
            assertThat(disk.bytes()).isLessThanOrEqualTo(2 << 20);
        }
        assertThat(bytesOnDisk()).isLessThanOrEqualTo(2 << 20);
        assertThat(meters.get("popnet.fetch.store.evictions").functionCounter().count())
                .isGreaterThan(100);
    }

    @Test
    void aSmallerBoundAfterARestartIsKept() throws IOException {
        open("8MB");
        for (int i = 0; i < 100; i++) {
            store("/" + i, random(50_000));
        }
        reopen("1MB");
        assertThat(bytesOnDisk()).isLessThanOrEqualTo(1 << 20).isPositive();
    }

    @Test
    void anOpenedObjectIsReadToItsEndAlthoughItIsReplacedOrFlushed() throws IOException {
        open("64MB");
        byte[] old = random(2_000_000);
        store("/a", old);
        try (StoredObject object = hit("/a")) {
            store("/a", random(10));
            disk.flush(Selector.of(new FlushOrder(SITE, 1, FlushOrder.Kind.ALL, "")), () -> {});
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            object.copyTo(out, 0, object.length());
            assertThat(out.toByteArray()).isEqualTo(old);
        }
        assertThat(bytesOnDisk()).isZero();
    }

    @Test
    void aFlushSurvivesARestart() throws IOException {
        open("64MB");
        store("/a", random(10));
        store("/b", random(10));
        assertThat(disk.flush(Selector.of(new FlushOrder(SITE, 1, FlushOrder.Kind.URL, "/a")), () -> {}))
                .isOne();
        reopen("64MB");
        assertThat(disk.find(new ObjectKey(SITE, "/a"), Headers.EMPTY)).isInstanceOf(Found.Miss.class);
        hit("/b").close();
    }

    @Test
    void nothingIsPublishedThatIsNoLongerWanted() throws IOException {
        open("64MB");
        NewObject object = begin("/a", 3);
        object.write(new byte[3], 0, 3);
        assertThat(disk.publish(object, () -> false)).isFalse();
        object.release();
        assertThat(bytesOnDisk()).isZero();
        assertThat(meters.get("popnet.fetch.store.partial.bytes").gauge().value())
                .isZero();
    }

    @Test
    void aConfirmedHeadIsFoundAgainAfterARestart() throws IOException {
        open("64MB");
        store("/a", random(10));
        StoredHead old = head("/a");
        StoredHead confirmed = new StoredHead(
                200,
                Headers.of("ETag", "\"a\"", "X-New", "y".repeat(100)),
                old.vary(),
                old.variant(),
                new Freshness(5, 6, true, 7, 8),
                old.tags(),
                99);
        try (StoredObject object = hit("/a")) {
            disk.freshen(object, confirmed);
            assertThat(object.head()).isEqualTo(confirmed);
        }
        reopen("64MB");
        try (StoredObject object = hit("/a")) {
            assertThat(object.head()).isEqualTo(confirmed);
        }
        assertThat(read("/a")).isEqualTo(random(10));
    }

    @Test
    void aConfirmedHeadThatHasNoRoomRemovesTheObject() throws IOException {
        open("64MB");
        store("/a", random(10));
        StoredHead old = head("/a");
        try (StoredObject object = hit("/a")) {
            disk.freshen(
                    object,
                    new StoredHead(
                            200,
                            Headers.of("X-New", "y".repeat(5000)),
                            old.vary(),
                            old.variant(),
                            old.freshness(),
                            old.tags(),
                            99));
        }
        assertThat(disk.find(new ObjectKey(SITE, "/a"), Headers.EMPTY)).isInstanceOf(Found.Miss.class);
    }

    @Test
    void onlySoManyVariantsOfAUrlAreKept() throws IOException {
        open("64MB");
        Vary vary = new Vary(false, List.of("accept-language"));
        for (int i = 0; i < 20; i++) {
            Headers request = Headers.of("Accept-Language", "l" + i);
            StoredHead head = head("/a");
            store(
                    "/a",
                    new StoredHead(200, head.headers(), vary, vary.key(request), head.freshness(), List.of(), 0),
                    random(10));
        }
        assertThat(disk.bytes()).isEqualTo(16 * 4096);
        assertThat(disk.find(new ObjectKey(SITE, "/a"), Headers.of("Accept-Language", "l19")))
                .isInstanceOf(Found.Hit.class);
        assertThat(disk.find(new ObjectKey(SITE, "/a"), Headers.of("Accept-Language", "l3")))
                .isEqualTo(new Found.Miss(true, vary));
    }

    @Test
    void aStartReadsTheCatalogueAndNotTheFilesItLists() throws IOException {
        open("64MB");
        for (int i = 0; i < 200; i++) {
            store("/" + i, random(i));
        }
        reopen("64MB");
        assertThat(meters.counter("popnet.fetch.store.recovered.read").count()).isZero();
        for (int i = 0; i < 200; i++) {
            assertThat(read("/" + i)).isEqualTo(random(i));
        }
        store("/new", random(10));
        reopen("64MB");
        assertThat(meters.counter("popnet.fetch.store.recovered.read").count()).isZero();
        assertThat(read("/new")).isEqualTo(random(10));
    }

    @Test
    void withoutCatalogueOrWithADamagedOneEverythingIsFound() throws IOException {
        open("64MB");
        for (int i = 0; i < 100; i++) {
            store("/" + i, random(i));
        }
        Random random = new Random(5);
        Path catalogue = directory.resolve("store/catalogue");
        for (int round = 0; round < 20; round++) {
            disk.close();
            if (round == 0) {
                Files.delete(catalogue);
            } else {
                byte[] bytes = Files.readAllBytes(catalogue);
                bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
                Files.write(catalogue, Arrays.copyOf(bytes, bytes.length - random.nextInt(100)));
            }
            open("64MB");
            for (int i = 0; i < 100; i++) {
                assertThat(read("/" + i)).as("round %d", round).isEqualTo(random(i));
            }
        }
    }

    @Test
    void aStartGoesOnWithTheCatalogueBehindARecordThatACrashHasTorn() throws IOException {
        open("64MB");
        for (int i = 0; i < 50; i++) {
            store("/" + i, random(i));
        }
        disk.close();
        Path catalogue = directory.resolve("store/catalogue");
        long whole = Files.size(catalogue);
        Files.write(catalogue, new byte[] {0, 0, 0, 90, 1, 2, 3}, StandardOpenOption.APPEND);
        open("64MB");
        assertThat(Files.size(catalogue)).as("neither torn nor written anew").isEqualTo(whole);
        store("/new", random(10));
        reopen("64MB");
        assertThat(meters.counter("popnet.fetch.store.recovered.read").count()).isZero();
        assertThat(read("/new")).isEqualTo(random(10));
        assertThat(read("/7")).isEqualTo(random(7));
    }

    @Test
    void anInterruptedReaderCostsNoObject() throws IOException {
        open("64MB");
        store("/a", random(10));
        Thread.currentThread().interrupt();
        assertThat(disk.find(new ObjectKey(SITE, "/a"), Headers.EMPTY)).isInstanceOf(Found.Miss.class);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(read("/a")).isEqualTo(random(10));
    }

    @Test
    void theCatalogueIsWrittenAnewAtAStartWhenMostOfItIsHistory() throws IOException {
        open("64MB");
        for (int i = 0; i < 1000; i++) {
            store("/same", random(10));
        }
        long before = Files.size(directory.resolve("store/catalogue"));
        reopen("64MB");
        assertThat(Files.size(directory.resolve("store/catalogue"))).isLessThan(before / 100);
        assertThat(read("/same")).isEqualTo(random(10));
    }

    @Test
    void objectsAreSpreadOverSeveralDisksAndFoundAgain() throws IOException {
        List<Path> roots = List.of(directory.resolve("d1"), directory.resolve("d2"), directory.resolve("d3"));
        disk = DiskTier.open(roots, settings("64MB"), meters);
        for (int i = 0; i < 300; i++) {
            store("/" + i, random(i));
        }
        disk.close();
        disk = DiskTier.open(roots, settings("64MB"), meters);
        for (int i = 0; i < 300; i++) {
            assertThat(read("/" + i)).isEqualTo(random(i));
        }
        for (Path root : roots) {
            try (Stream<Path> files = Files.walk(root)) {
                assertThat(files.filter(p -> StoreDirectory.id(p) > 0).count()).isBetween(60L, 140L);
            }
        }
        assertThat(disk.flush(Selector.of(new FlushOrder(SITE, 1, FlushOrder.Kind.ALL, "")), () -> {}))
                .isEqualTo(300);
    }

    @Test
    void anObjectWhoseTagsHaveChangedIsFetchedAnewSoThatAFlushFindsIt() throws IOException {
        open("64MB");
        store("/a", random(10));
        StoredHead old = head("/a");
        try (StoredObject object = hit("/a")) {
            disk.freshen(
                    object,
                    new StoredHead(
                            200, old.headers(), old.vary(), old.variant(), old.freshness(), List.of("other"), 99));
        }
        assertThat(disk.find(new ObjectKey(SITE, "/a"), Headers.EMPTY)).isInstanceOf(Found.Miss.class);
    }

    @Test
    void aDirectoryInUseIsRefused() {
        open("64MB");
        assertThatThrownBy(() -> DiskTier.open(directory.resolve("store"), settings("64MB"), meters))
                .isInstanceOf(UnusableStoreException.class)
                .hasMessageContaining("in use by another process: stop that one");
    }

    @Test
    void aDirectoryOfAnotherVersionIsRefusedAndLeftAsItIs() throws IOException {
        Path root = directory.resolve("store");
        Files.createDirectories(root.resolve("objects/00"));
        Files.writeString(root.resolve("VERSION"), "popnet-store 99\n");
        Files.writeString(root.resolve("objects/00/0000000000000100.obj"), "theirs");
        assertThatThrownBy(() -> open("64MB"))
                .isInstanceOf(UnusableStoreException.class)
                .hasMessageContaining("holds 'popnet-store 99'")
                .hasMessageContaining("move the directory away");
        assertThat(root.resolve("objects/00/0000000000000100.obj")).hasContent("theirs");
    }

    @Test
    void aDirectoryThatIsNoStoreIsRefusedAndLeftAsItIs() throws IOException {
        Path root = Files.createDirectories(directory.resolve("store"));
        Files.writeString(root.resolve("thesis.txt"), "mine");
        assertThatThrownBy(() -> open("64MB"))
                .isInstanceOf(UnusableStoreException.class)
                .hasMessageContaining("not a store");
        assertThat(root.resolve("thesis.txt")).hasContent("mine");
    }

    @Test
    void aPathThatCannotBeADirectoryIsRefused() throws IOException {
        Files.writeString(directory.resolve("store"), "a file");
        assertThatThrownBy(() -> open("64MB")).isInstanceOf(UnusableStoreException.class);
    }

    @Test
    void settingsOutOfBoundsSayWhatIsAllowed() {
        assertThatThrownBy(() -> settings("1KB")).hasMessage("popnet.fetch.store.bytes-max=1024B: must be 1MB or more");
    }

    private static StoreSettings settings(String bytesMax) {
        return new StoreSettings(
                List.of(),
                DataSize.parse(bytesMax),
                DataSize.ofBytes(0),
                DataSize.ofBytes(0),
                DataSize.ofGigabytes(1),
                16,
                StoreSettings.Sync.NONE);
    }

    private void open(String bytesMax) {
        disk = DiskTier.open(directory.resolve("store"), settings(bytesMax), meters);
    }

    private void reopen(String bytesMax) {
        disk.close();
        open(bytesMax);
    }

    private static StoredHead head(String target) {
        return new StoredHead(
                200,
                Headers.of("ETag", "\"a\"", "Content-Type", "text/plain; x=ü", "X-Target", target),
                Vary.NONE,
                "",
                new Freshness(1, 2, false, 3, 4),
                List.of("one", "two"),
                1234);
    }

    private NewObject begin(String target, long length) {
        NewObject object = disk.begin(new ObjectKey(SITE, target), head(target), length);
        assertThat(object).isNotNull();
        return object;
    }

    private void store(String target, byte[] body) throws IOException {
        store(target, head(target), body);
    }

    private void store(String target, StoredHead head, byte[] body) throws IOException {
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

    private StoredObject hit(String target) {
        return ((Found.Hit) disk.find(new ObjectKey(SITE, target), Headers.EMPTY)).object();
    }

    private byte[] read(String target) throws IOException {
        try (StoredObject object = hit(target)) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            object.copyTo(out, 0, object.length());
            return out.toByteArray();
        }
    }

    private Path objectFile() throws IOException {
        return objectFiles().getFirst();
    }

    private List<Path> objectFiles() throws IOException {
        try (Stream<Path> files = Files.walk(directory.resolve("store/objects"))) {
            return new ArrayList<>(files.filter(p -> StoreDirectory.id(p) > 0).toList());
        }
    }

    private long bytesOnDisk() throws IOException {
        long bytes = 0;
        for (Path file : objectFiles()) {
            bytes += Files.size(file);
        }
        return bytes;
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }
}
