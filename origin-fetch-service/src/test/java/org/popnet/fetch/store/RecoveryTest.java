package org.popnet.fetch.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.popnet.caching.Freshness;
import org.popnet.caching.Headers;
import org.popnet.fetch.store.DiskTier.Found;
import org.popnet.platform.flush.FlushOrder;

/** What a store holds is found again at a start, whatever was on its way when it ended. */
class RecoveryTest extends StoreStory {
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
    void aSmallerBoundAfterARestartIsKept() throws IOException {
        open("8MB");
        for (int i = 0; i < 100; i++) {
            store("/" + i, random(50_000));
        }
        reopen("1MB");
        assertThat(bytesOnDisk()).isLessThanOrEqualTo(1 << 20).isPositive();
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
}
