package org.popnet.platform.spool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What is left when power fails: a copy of the device below the spool's file system, taken between two appends. What was
 * written and not synced is in the page cache above the device, and not in the copy. Only root can mount these.
 */
@Timeout(600)
class PowerFailureTest {
    private static final int RECORDS = 20_000;
    private static final int CUT_EVERY = 700;

    @TempDir
    Path directory;

    private final List<Path> mounted = new ArrayList<>();

    @AfterEach
    void unmount() throws IOException {
        for (Path mount : mounted.reversed()) {
            run("umount", "-l", mount.toString());
        }
    }

    @Test
    void everyRecordThatWasCutBeforeIsThereAndWhatWasNotIsThereOnceOrNotAtAll() throws Exception {
        Random random = new Random(3);
        Path device = device();
        Path disk = mount(device, "disk");
        List<Path> failures = new ArrayList<>();
        List<Long> safe = new ArrayList<>();
        try (LogSpool spool = new LogSpool(
                        disk, LogSpoolCrashTest.Appender.SETTINGS, random::nextLong, new SimpleMeterRegistry());
                BatchFormat.Packer packer = new BatchFormat.Packer()) {
            long cut = -1;
            for (long i = 0; i < RECORDS; i++) {
                spool.append("customer1", Records.numbered(i));
                if (i % CUT_EVERY == 0) {
                    CustomerSpool customer = spool.spool("customer1");
                    assertThat(customer).isNotNull();
                    customer.cut(packer);
                    customer.prepareNextSegment();
                    cut = i;
                }
                if (random.nextInt(RECORDS / 6) == 0) {
                    Path copy = directory.resolve("memory/failure" + failures.size());
                    Files.copy(device, copy, StandardCopyOption.REPLACE_EXISTING);
                    failures.add(copy);
                    safe.add(cut);
                }
            }
        }
        assertThat(failures).hasSizeGreaterThan(2);

        for (int i = 0; i < failures.size(); i++) {
            Path afterwards = mount(failures.get(i), "after" + i);
            List<Long> kept = KeptRecords.of(afterwards);
            assertThat(kept)
                    .as("power failure %d, cut to %d", i, safe.get(i))
                    .doesNotHaveDuplicates()
                    .isSorted();
            assertThat(kept)
                    .containsAll(LongStream.rangeClosed(0, safe.get(i)).boxed().toList());
        }
    }

    /** On a tmpfs, where a copy takes no time in which the kernel writes. */
    private Path device() throws IOException {
        Path memory = Files.createDirectories(directory.resolve("memory"));
        boolean works = run("mount", "-t", "tmpfs", "-o", "size=600m,mode=700", "popnet-test", memory.toString());
        boolean required = String.valueOf(System.getenv("POPNET_REQUIRE")).contains("root");
        assumeTrue(works || required, "mounting a loop device needs root and mkfs.ext4");
        assertThat(works).as("POPNET_REQUIRE=root, but nothing can be mounted").isTrue();
        mounted.add(memory);
        Path device = memory.resolve("device");
        try (RandomAccessFile file = new RandomAccessFile(device.toFile(), "rw")) {
            file.setLength(32 << 20);
        }
        assertThat(run("mkfs.ext4", "-q", "-F", "-E", "lazy_itable_init=0", device.toString()))
                .isTrue();
        return device;
    }

    private Path mount(Path device, String name) throws IOException {
        Path at = Files.createDirectories(directory.resolve(name));
        assertThat(run("mount", "-o", "loop", device.toString(), at.toString()))
                .as("mounting %s", device)
                .isTrue();
        mounted.add(at);
        return at.resolve("spool");
    }

    private static boolean run(String... command) throws IOException {
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            return process.waitFor() == 0;
        } catch (InterruptedException e) {
            throw new IOException("interrupted while " + command[0] + " runs", e);
        }
    }
}
