package org.popnet.fetch.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.popnet.caching.Freshness;
import org.popnet.caching.Headers;
import org.popnet.caching.Vary;
import org.springframework.util.unit.DataSize;

/** What operators see of a store, and what they can clean away. */
class StoreToolTest {
    private static final String SITE = "www.customer1.example";
    private static final long DAY_MS = 86_400_000;

    @TempDir
    Path directory;

    private Path root;
    private String printed = "";

    @BeforeEach
    void store() throws IOException {
        root = directory.resolve("store");
        try (DiskTier disk = open()) {
            store(disk, new ObjectKey(SITE, "/a"), DAY_MS, 100);
            store(disk, new ObjectKey(SITE, "/b\u001b[31m"), 0, 3_000_000);
            store(disk, new ObjectKey("static.customer1.example", "/film", 7), DAY_MS, 1000);
        }
    }

    private DiskTier open() {
        StoreSettings settings = new StoreSettings(
                List.of(),
                DataSize.ofGigabytes(1),
                DataSize.ofBytes(0),
                DataSize.ofBytes(0),
                DataSize.ofGigabytes(1),
                16,
                StoreSettings.Sync.NONE);
        return DiskTier.open(root, settings, new SimpleMeterRegistry());
    }

    private static void store(DiskTier disk, ObjectKey key, long lifetimeMs, int length) throws IOException {
        long now = System.currentTimeMillis();
        StoredHead head = new StoredHead(
                200,
                Headers.of("ETag", "\"1\"", "Content-Type", "text/plain"),
                Vary.NONE,
                "",
                new Freshness(now - 1000, lifetimeMs, false, 0, 0),
                List.of("red", "blue"),
                now);
        NewObject object = disk.begin(key, head, length);
        object.write(new byte[length], 0, length);
        assertThat(disk.publish(object, () -> true)).isTrue();
        object.release();
    }

    private int run(String... arguments) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
        int code = StoreTool.run(List.of(arguments), InstantSource.system(), out, out);
        printed = bytes.toString(StandardCharsets.UTF_8);
        return code;
    }

    private Path file(long id) {
        return StoreDirectory.object(root, id);
    }

    private void damage(long id, long position) throws IOException {
        try (FileChannel file = FileChannel.open(file(id), StandardOpenOption.WRITE)) {
            file.write(ByteBuffer.wrap(new byte[] {1}), position);
        }
    }

    @Test
    void listsWhatIsStoredAlsoWhileANodeHoldsIt() {
        try (DiskTier running = open()) {
            assertThat(running.bytes()).isPositive();
            assertThat(run("ls", root.toString())).isZero();
        }
        assertThat(printed)
                .contains("0000000000000001  200              100")
                .contains(SITE + "/a")
                .contains("static.customer1.example/film [7]")
                .contains("/b?[31m")
                .contains("3 objects, 3,001,100 bytes");
        run("ls", root.toString(), "--site", "static.customer1.example", "--prefix", "/fi");
        assertThat(printed).contains("1 objects, 1,000 bytes");
        run("ls", root.toString(), "--limit", "2");
        assertThat(printed).contains("and more").contains("2 objects");
    }

    @Test
    void showsAllButTheBody() {
        assertThat(run("show", root.toString(), "http://" + SITE + "/a")).isZero();
        assertThat(printed)
                .contains("status      200", "body        100 bytes", "tags        red blue", "ETag: \"1\"")
                .doesNotContain("film");
        assertThat(run("show", root.toString(), "0000000000000003")).isZero();
        assertThat(printed).contains("/film [7]");
        assertThat(run("show", root.toString(), SITE + "/nothing")).isOne();
    }

    @Test
    void verifyFindsAFlippedBitAnywhere() throws IOException {
        assertThat(run("verify", root.toString())).isZero();
        assertThat(printed).contains("3 objects, 3,001,100 bytes, 0 damaged");
        damage(2, 2_900_000);
        damage(1, 50);
        assertThat(run("verify", root.toString())).isOne();
        assertThat(printed)
                .contains("damaged: checksum of segment 2")
                .contains("damaged: checksum of the head")
                .contains("2 damaged");
        assertThat(file(1)).as("it only looks").exists();
    }

    @Test
    void gcDeletesWhatIsOfNoMoreUse() throws IOException {
        damage(3, 1500);
        Path before = Files.copy(file(1), directory.resolve("before"));
        try (DiskTier disk = open()) {
            store(disk, new ObjectKey(SITE, "/a"), DAY_MS, 200);
        }
        Files.move(before, file(1)); // as if the process had been killed before it deleted it
        Files.write(root.resolve("partial/00000000000000ff.part"), new byte[500]);
        Path mine = Files.writeString(root.resolve("objects/01/notes.txt"), "mine");

        assertThat(run("gc", root.toString(), "--dry-run")).isZero();
        assertThat(printed).contains("would delete 3 files");
        assertThat(file(3)).exists();

        assertThat(run("gc", root.toString())).isZero();
        assertThat(printed)
                .contains("deleted 3 files")
                .contains("never arrived whole")
                .contains("replaced by a newer one");
        assertThat(file(3)).doesNotExist();
        assertThat(file(2)).as("expired, but that was not asked for").exists();

        assertThat(run("gc", root.toString(), "--expired")).isZero();
        assertThat(file(2)).doesNotExist();
        assertThat(file(1)).doesNotExist();
        assertThat(file(4)).exists();
        assertThat(mine).exists();
    }

    @Test
    void gcRefusesAStoreThatANodeHolds() {
        try (DiskTier running = open()) {
            assertThat(run("gc", root.toString())).isOne();
            assertThat(running.bytes()).isPositive();
        }
        assertThat(printed).contains("is in use by another process");
    }

    @Test
    void wrongUseSaysWhatIsRight() throws IOException {
        assertThat(run()).isEqualTo(2);
        assertThat(run("--help")).isZero();
        assertThat(printed).contains("Usage: store ls");
        assertThat(run("eat", root.toString())).isEqualTo(2);
        assertThat(printed).contains("must be ls, show, verify or gc");
        assertThat(run("ls", root.toString(), "--all")).isEqualTo(2);
        assertThat(run("ls")).isEqualTo(2);
        assertThat(run("ls", root.toString(), "--limit", "x")).isEqualTo(2);
        Path empty = Files.createDirectory(directory.resolve("empty"));
        for (String command : List.of("ls", "verify", "gc")) {
            assertThat(run(command, empty.toString())).isOne();
            assertThat(printed).contains("is not a store");
        }
        try (Stream<Path> made = Files.list(empty)) {
            assertThat(made).isEmpty();
        }
        Files.writeString(root.resolve("VERSION"), "popnet-store 9\n");
        assertThat(run("gc", root.toString())).isOne();
        assertThat(printed).contains("popnet-store 9");
    }
}
