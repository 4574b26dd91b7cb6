package org.popnet.fetch.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.popnet.caching.Freshness;
import org.popnet.caching.Headers;
import org.popnet.caching.Vary;
import org.popnet.fetch.store.DiskTier.Found;
import org.springframework.util.unit.DataSize;

/** Directories that cannot be used are refused with what to do, and nothing in them is touched. */
@Timeout(120)
class RefusedStoreTest {
    private static final ObjectKey KEY = new ObjectKey("a.example", "/kept", ObjectKey.WHOLE);

    @TempDir
    Path directory;

    @Test
    void aStoreThatAnotherProcessHoldsIsRefusedUntilThatOneHasEnded() throws Exception {
        Path root = directory.resolve("store");
        Process holder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Holder.class.getName(),
                        root.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(holder.getInputStream(), StandardCharsets.UTF_8))) {
            assertThat(lines.lines().anyMatch("held"::equals)).isTrue();
            Map<String, Long> before = contents(root);
            assertThatThrownBy(() -> open(root))
                    .isInstanceOf(UnusableStoreException.class)
                    .hasMessageContaining(root.toString())
                    .hasMessageContaining("is in use by another process: stop that one, or give this node another");
            assertThat(contents(root)).isEqualTo(before);
        } finally {
            holder.destroyForcibly().waitFor();
        }
        try (DiskTier disk = open(root)) {
            assertStored(disk);
        }
    }

    @Test
    void aStoreOnAReadOnlyFileSystemIsRefused() throws Exception {
        Path mount = Files.createDirectories(directory.resolve("mount"));
        boolean works = run("mount", "-t", "tmpfs", "-o", "size=8m,mode=700", "popnet-test", mount.toString());
        boolean required = String.valueOf(System.getenv("POPNET_REQUIRE")).contains("root");
        assumeTrue(works || required, "mounting a tmpfs needs root");
        assertThat(works).as("POPNET_REQUIRE=root, but no tmpfs can be mounted").isTrue();
        try {
            Path root = mount.resolve("store");
            try (DiskTier disk = open(root)) {
                store(disk);
            }
            Map<String, Long> before = contents(root);
            assertThat(run("mount", "-o", "remount,ro", mount.toString())).isTrue();
            assertThatThrownBy(() -> open(root))
                    .isInstanceOf(UnusableStoreException.class)
                    .hasMessageContaining("is not writable: make it writable for this user");
            assertThat(contents(root)).isEqualTo(before);
            assertThat(run("mount", "-o", "remount,rw", mount.toString())).isTrue();
            try (DiskTier disk = open(root)) {
                assertStored(disk);
            }
        } finally {
            run("umount", "-l", mount.toString());
        }
    }

    private static void assertStored(DiskTier disk) {
        assertThat(disk.find(KEY, Headers.EMPTY))
                .isInstanceOfSatisfying(Found.Hit.class, hit -> hit.object().close());
    }

    private static DiskTier open(Path root) {
        StoreSettings settings = new StoreSettings(
                List.of(),
                DataSize.ofMegabytes(4),
                DataSize.ofBytes(0),
                DataSize.ofBytes(0),
                DataSize.ofGigabytes(1),
                16,
                StoreSettings.Sync.NONE);
        return DiskTier.open(root, settings, new SimpleMeterRegistry());
    }

    private static void store(DiskTier disk) throws IOException {
        StoredHead head = new StoredHead(
                200, Headers.of("ETag", "\"a\""), Vary.NONE, "", new Freshness(1, 2, false, 3, 4), List.of(), 1);
        NewObject object = disk.begin(KEY, head, 4);
        object.write(new byte[] {1, 2, 3, 4}, 0, 4);
        assertThat(disk.publish(object, () -> true)).isTrue();
        object.release();
    }

    /** Sizes by file name. */
    private static Map<String, Long> contents(Path root) throws IOException {
        Map<String, Long> sizes = new TreeMap<>();
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                sizes.put(root.relativize(file).toString(), Files.size(file));
            }
        }
        return sizes;
    }

    private static boolean run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
    }

    /** Stores one object and keeps the store until it is killed. */
    static final class Holder {
        private Holder() {}

        public static void main(String[] args) throws Exception {
            DiskTier disk = open(Path.of(args[0]));
            store(disk);
            System.out.println("held");
            Thread.sleep(Long.MAX_VALUE);
        }
    }
}
