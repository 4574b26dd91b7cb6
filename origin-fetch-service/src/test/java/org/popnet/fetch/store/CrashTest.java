package org.popnet.fetch.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.popnet.caching.Freshness;
import org.popnet.caching.Headers;
import org.popnet.caching.Vary;
import org.popnet.fetch.store.DiskTier.Found;
import org.popnet.platform.flush.FlushOrder;
import org.springframework.util.unit.DataSize;

/** A process that stores is killed ({@code kill -9}) again and again: what it had stored is there, whole. */
@Tag("process")
@Timeout(7200)
class CrashTest {

    @TempDir
    Path directory;

    @Test
    void everyObjectIsWholeOrAbsentAfterEachKill() throws Exception {
        killAndLook(10);
    }

    @Test
    @Tag("slow")
    void everyObjectIsWholeOrAbsentAfterEachOfTwoHundredKills() throws Exception {
        killAndLook(200);
    }

    /** A flush that was answered holds, whenever the process is killed afterwards; in the meantime others are stored. */
    @Test
    void whatWasFlushedDoesNotComeBackAfterAKill() throws Exception {
        int flushed = -1;
        for (int kill = 0; kill < 5; kill++) {
            Process flusher = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-XX:+UseSerialGC",
                            "-XX:TieredStopAtLevel=1",
                            "-cp",
                            System.getProperty("java.class.path"),
                            Flusher.class.getName(),
                            directory.resolve("store").toString(),
                            Integer.toString(flushed + 1))
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            try (BufferedReader lines =
                    new BufferedReader(new InputStreamReader(flusher.getInputStream(), StandardCharsets.UTF_8))) {
                int rounds = 0;
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    if (!line.startsWith("flushed ")) {
                        continue;
                    }
                    flushed = Integer.parseInt(line.substring(8));
                    if (++rounds == 3 + kill) {
                        flusher.toHandle().destroyForcibly(); // what it has said so far is still to be read
                    }
                }
            } finally {
                flusher.destroyForcibly().waitFor();
            }
            try (DiskTier disk = open(directory.resolve("store"))) {
                for (int round = 0; round <= flushed; round++) {
                    for (int i = 0; i < Flusher.OBJECTS; i++) {
                        assertThat(disk.find(new ObjectKey("a.example", "/" + round + "/" + i), Headers.EMPTY))
                                .isInstanceOf(Found.Miss.class);
                    }
                }
            }
        }
        assertThat(flushed).isGreaterThanOrEqualTo(14);
    }

    private void killAndLook(int kills) throws Exception {
        Random random = new Random(3);
        List<String> stored = new ArrayList<>();
        for (int kill = 0; kill < kills; kill++) {
            int before = stored.size();
            Process writer = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-XX:+UseSerialGC",
                            "-XX:TieredStopAtLevel=1",
                            "-cp",
                            System.getProperty("java.class.path"),
                            Writer.class.getName(),
                            directory.resolve("store").toString(),
                            Integer.toString(kill))
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            try (BufferedReader lines =
                    new BufferedReader(new InputStreamReader(writer.getInputStream(), StandardCharsets.UTF_8))) {
                int lifetime = 20 + random.nextInt(200);
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    if (line.startsWith("stored ")) {
                        stored.add(line.substring(7));
                        if (--lifetime == 0) {
                            writer.toHandle().destroyForcibly(); // what it has said so far is still to be read
                        }
                    }
                }
            } finally {
                writer.destroyForcibly().waitFor();
            }

            try (DiskTier disk = open(directory.resolve("store"))) {
                for (String target : toLookAt(stored, before, kill == kills - 1, random)) {
                    if (disk.find(new ObjectKey("a.example", target), Headers.EMPTY)
                            instanceof Found.Hit(StoredObject object)) {
                        try (object) {
                            ByteArrayOutputStream out = new ByteArrayOutputStream();
                            object.copyTo(out, 0, object.length());
                            assertThat(Arrays.equals(out.toByteArray(), body(target)))
                                    .as(target)
                                    .isTrue();
                        }
                    } else {
                        throw new AssertionError(target + " was stored and is gone");
                    }
                }
            }
        }
        assertThat(stored).hasSizeGreaterThan(kills * 20);
    }

    /** What was stored since the last kill and some of the rest; everything in the end. */
    private static List<String> toLookAt(List<String> stored, int before, boolean last, Random random) {
        if (last || before < 500) {
            return stored;
        }
        List<String> some = new ArrayList<>(stored.subList(before, stored.size()));
        for (int i = 0; i < 200; i++) {
            some.add(stored.get(random.nextInt(before)));
        }
        return some;
    }

    private static byte[] body(String target) {
        Random random = new Random(target.hashCode());
        byte[] body = new byte[random.nextInt(random.nextInt(10) == 0 ? 2_500_000 : 50_000)];
        random.nextBytes(body);
        return body;
    }

    private static DiskTier open(Path directory) {
        StoreSettings settings = new StoreSettings(
                List.of(),
                DataSize.ofGigabytes(4),
                DataSize.ofBytes(0),
                DataSize.ofBytes(0),
                DataSize.ofGigabytes(1),
                16,
                StoreSettings.Sync.NONE);
        return DiskTier.open(directory, settings, new SimpleMeterRegistry());
    }

    /** Stores a round of objects, flushes them and says so, round after round. */
    static final class Flusher {
        static final int OBJECTS = 20;

        private Flusher() {}

        public static void main(String[] args) {
            DiskTier disk = open(Path.of(args[0]));
            for (int round = Integer.parseInt(args[1]); ; round++) {
                for (int i = 0; i < OBJECTS; i++) {
                    Writer.store(disk, "/" + round + "/" + i);
                }
                Selector selector =
                        Selector.of(new FlushOrder("a.example", round + 1L, FlushOrder.Kind.PREFIX, "/" + round + "/"));
                disk.flush(selector, () -> {});
                System.out.println("flushed " + round);
            }
        }
    }

    /** Stores on two threads until it is killed, and says what it has stored. */
    static final class Writer {
        private Writer() {}

        public static void main(String[] args) {
            DiskTier disk = open(Path.of(args[0]));
            for (int thread = 0; thread < 2; thread++) {
                String prefix = "/" + args[1] + "/" + thread + "/";
                Thread.ofPlatform().start(() -> {
                    for (int i = 0; ; i++) {
                        if (store(disk, prefix + i)) {
                            System.out.println("stored " + prefix + i);
                        }
                    }
                });
            }
        }

        static boolean store(DiskTier disk, String target) {
            try {
                byte[] body = body(target);
                StoredHead head = new StoredHead(
                        200,
                        Headers.of("ETag", "\"a\""),
                        Vary.NONE,
                        "",
                        new Freshness(1, 2, false, 3, 4),
                        List.of(),
                        1);
                NewObject object = disk.begin(new ObjectKey("a.example", target), head, body.length);
                for (int at = 0; at < body.length; at += 10_000) {
                    object.write(body, at, Math.min(10_000, body.length - at));
                }
                boolean stored = disk.publish(object, () -> true);
                object.release();
                return stored;
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
