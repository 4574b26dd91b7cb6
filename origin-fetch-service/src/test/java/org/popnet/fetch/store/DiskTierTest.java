package org.popnet.fetch.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.popnet.caching.Headers;
import org.popnet.caching.Vary;
import org.popnet.fetch.store.DiskTier.Found;
import org.popnet.platform.flush.FlushOrder;

class DiskTierTest extends StoreStory {
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
    void anInterruptedReaderCostsNoObject() throws IOException {
        open("64MB");
        store("/a", random(10));
        Thread.currentThread().interrupt();
        assertThat(disk.find(new ObjectKey(SITE, "/a"), Headers.EMPTY)).isInstanceOf(Found.Miss.class);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(read("/a")).isEqualTo(random(10));
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
}
