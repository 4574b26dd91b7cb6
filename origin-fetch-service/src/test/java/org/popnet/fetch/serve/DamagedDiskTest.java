package org.popnet.fetch.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.popnet.fetch.RawClient.Response;
import org.popnet.fetch.TestOrigin;
import org.popnet.fetch.store.StoreSettings;
import org.springframework.util.unit.DataSize;

/**
 * A disk that really returns I/O errors (EIO), beside a good one: a file system on a loop device whose backing file is cut
 * short, so that reads fail, and lies on a full tmpfs, so that writes fail. Only root can mount these.
 */
@Timeout(180)
class DamagedDiskTest {
    private static final int URLS = 60;

    @TempDir
    Path directory;

    private TestOrigin origin;
    private FetchNode node;
    private final List<Path> mounted = new ArrayList<>();
    private Path backing;
    private Path damaged;

    @BeforeEach
    void start() throws IOException {
        origin = new TestOrigin()
                .answering((request, out) -> out.write(TestOrigin.response(200, body(request.target()))));
        boolean works = mountDisk();
        boolean required = String.valueOf(System.getenv("POPNET_REQUIRE")).contains("root");
        assumeTrue(works || required, "mounting a loop device needs root and mkfs.ext4");
        assertThat(works)
                .as("POPNET_REQUIRE=root, but no loop device can be mounted")
                .isTrue();
        StoreSettings synced = new StoreSettings(
                List.of(),
                DataSize.ofMegabytes(256),
                DataSize.ofBytes(0),
                DataSize.ofBytes(0),
                DataSize.ofGigabytes(1),
                16,
                StoreSettings.Sync.DATA);
        node = new FetchNode(
                List.of(directory.resolve("good/store"), damaged.resolve("store")),
                synced,
                FetchNode.patientOrigin(),
                origin);
    }

    private boolean mountDisk() throws IOException {
        Path memory = Files.createDirectories(directory.resolve("memory"));
        damaged = Files.createDirectories(directory.resolve("damaged"));
        Files.createDirectories(directory.resolve("good"));
        if (!run("mount", "-t", "tmpfs", "-o", "size=48m,mode=700", "popnet-test", memory.toString())) {
            return false;
        }
        mounted.add(memory);
        backing = memory.resolve("disk");
        try (RandomAccessFile file = new RandomAccessFile(backing.toFile(), "rw")) {
            file.setLength(64 << 20);
        }
        // without a journal, whose thread would have the whole file system shut down at the first error
        if (!run("mkfs.ext4", "-q", "-F", "-O", "^has_journal", "-E", "lazy_itable_init=0", backing.toString())
                || !run("mount", "-o", "loop,errors=continue", backing.toString(), damaged.toString())) {
            return false;
        }
        mounted.add(damaged);
        return true;
    }

    @AfterEach
    void stop() throws IOException {
        if (node != null) {
            node.close();
        }
        origin.close();
        for (Path mount : mounted.reversed()) {
            run("umount", "-l", mount.toString());
        }
    }

    @Test
    void whatItHeldIsFetchedAgainItIsTakenOutAndTheOtherGoesOn() throws Exception {
        for (int i = 0; i < URLS; i++) {
            assertThat(node.get("/" + i).body()).isEqualTo(body("/" + i));
        }
        List<String> onDamaged = new ArrayList<>();
        for (int i = 0; i < URLS; i++) {
            String target = "/" + i;
            await().until(() -> node.get(target).header("cache-status").startsWith("fetch1.test; hit"));
        }
        long before = filesOn(damaged);
        assertThat(before).isBetween(10L, URLS - 10L);
        int asked = origin.requests().size();

        breakDisk();
        int hits = 0;
        for (int i = 0; i < URLS; i++) {
            Response response = node.get("/" + i);
            assertThat(response.whole()).isTrue();
            assertThat(response.status()).isEqualTo(200);
            assertThat(response.body()).isEqualTo(body("/" + i));
            if (response.header("cache-status").startsWith("fetch1.test; hit")) {
                hits++;
            } else {
                onDamaged.add("/" + i);
            }
        }
        assertThat(hits).isEqualTo(URLS - (int) before);
        assertThat(origin.requests()).hasSize(asked + onDamaged.size());
        node.whenStored();
        assertThat(out(damaged)).isOne();
        assertThat(out(directory.resolve("good"))).isZero();

        // left alone now: no further error, whether it is asked for old things or new ones
        node.whenStored();
        double errors = errors();
        assertThat(errors).isPositive();
        for (int i = URLS; i < 2 * URLS; i++) {
            assertThat(node.get("/" + i).body()).isEqualTo(body("/" + i));
        }
        for (String target : onDamaged) {
            assertThat(node.get(target).body()).isEqualTo(body(target));
        }
        node.whenStored();
        assertThat(errors()).isEqualTo(errors);
        assertThat(node.count("popnet.fetch.store.refused", "reason", "disk-out"))
                .isPositive();
        for (int i = 0; i < 2 * URLS; i++) {
            String target = "/" + i;
            if (i < URLS && !onDamaged.contains(target)) {
                assertThat(node.get(target).header("cache-status")).startsWith("fetch1.test; hit");
            }
        }
    }

    @Test
    void writesThatFailPassThroughAndNothingIsSaidToBeStored() throws Exception {
        breakDisk();
        for (int i = 0; i < URLS; i++) {
            assertThat(node.get("/" + i).body()).isEqualTo(body("/" + i));
        }
        node.whenStored();
        assertThat(node.count("popnet.fetch.fills", "outcome", "unstored")
                        + node.count("popnet.fetch.store.refused", "reason", "disk-out"))
                .isGreaterThan(10);
        assertThat(node.count("popnet.fetch.store.refused", "reason", "disk-error"))
                .isPositive();
        assertThat(out(damaged)).isOne();
        assertThat(node.count("popnet.fetch.fills", "outcome", "stored")).isPositive(); // on the good one
        for (int i = 0; i < URLS; i++) {
            assertThat(node.get("/" + i).body()).isEqualTo(body("/" + i));
        }
    }

    /** Reads of what is not in memory fail from now on, and so do writes when they are synced. */
    private void breakDisk() throws IOException {
        assertThat(run("sync", "-f", damaged.toString())).isTrue();
        try (RandomAccessFile file = new RandomAccessFile(backing.toFile(), "rw")) {
            file.setLength(1 << 20);
        }
        byte[] fill = new byte[1 << 16];
        try (RandomAccessFile filler =
                new RandomAccessFile(backing.resolveSibling("filler").toFile(), "rw")) {
            while (true) {
                filler.write(fill);
            }
        } catch (IOException full) {
            // as it should be
        }
        try (Stream<Path> files = Files.walk(damaged.resolve("store"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                assertThat(run("dd", "if=" + file, "iflag=nocache", "count=0")).isTrue(); // out of the page cache
            }
        }
    }

    private static long filesOn(Path disk) throws IOException {
        try (Stream<Path> files = Files.walk(disk.resolve("store"))) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> file.toString().endsWith(".obj"))
                    .count();
        }
    }

    private double errors() {
        return node.count("popnet.fetch.store.corrupt", "found", "reading")
                + node.count("popnet.fetch.store.refused", "reason", "disk-error");
    }

    private double out(Path disk) {
        return node.meters.find("popnet.fetch.store.out").gauges().stream()
                .filter(g -> String.valueOf(g.getId().getTag("directory")).startsWith(disk.toString()))
                .mapToDouble(g -> g.value())
                .sum();
    }

    private static byte[] body(String target) {
        byte[] bytes = new byte[100_000];
        new Random(target.hashCode()).nextBytes(bytes);
        return bytes;
    }

    private static boolean run(String... command) throws IOException {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor(30, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (InterruptedException e) {
            throw new IOException(e);
        } catch (IOException e) {
            return false; // no such program
        }
    }
}
