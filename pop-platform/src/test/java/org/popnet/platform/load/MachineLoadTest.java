package org.popnet.platform.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Control groups as Linux shows them, in files of the test's own. */
class MachineLoadTest {
    private static final Offset<Double> CLOSE = within(1e-9);
    private static final long GIB = 1L << 30;

    @TempDir
    Path directory;

    private Path membership;
    private Path mount;
    private Path own;
    private long nanos = 1;

    @BeforeEach
    void prepare() throws IOException {
        membership = directory.resolve("cgroup");
        mount = directory.resolve("fs");
        own = Files.createDirectories(mount.resolve("system.slice/popnet.service"));
        Files.writeString(membership, "0::/system.slice/popnet.service\n");
    }

    @Test
    void processorTimeIsAShareOfTheQuotaNotOfTheMachine() throws IOException {
        write(own, "cpu.max", "150000 100000");
        used(own, 5_000_000);
        MachineLoad load = load();

        nanos += Duration.ofSeconds(2).toNanos();
        used(own, 5_750_000);
        assertThat(load.cpu()).as("0.75 of 2 s times 1.5 processors").isCloseTo(0.25, CLOSE);

        nanos += Duration.ofSeconds(1).toNanos();
        used(own, 7_250_000);
        assertThat(load.cpu()).as("all it may").isCloseTo(1, CLOSE);

        nanos += Duration.ofSeconds(1).toNanos();
        assertThat(load.cpu()).isCloseTo(0, CLOSE);
    }

    @Test
    void cachedFilesThatNobodyReadsAreNoMemoryInUse() throws IOException {
        write(own, "memory.max", Long.toString(4 * GIB));
        write(own, "memory.current", Long.toString(4 * GIB));
        write(own, "memory.stat", "anon " + GIB + "\nfile " + 3 * GIB + "\ninactive_file " + 3 * GIB);

        assertThat(load().memory()).isCloseTo(0.25, CLOSE);
    }

    @Test
    void groupThatHoldsTheOwnOneMayBeTheFuller() throws IOException {
        write(own, "memory.max", "max");
        write(own, "memory.current", Long.toString(GIB));
        write(own.getParent(), "memory.max", Long.toString(2 * GIB));
        write(own.getParent(), "memory.current", Long.toString(GIB * 3 / 2));
        write(own, "cpu.max", "max 100000");
        write(own.getParent(), "cpu.max", "100000 100000");
        used(own, 0);
        used(own.getParent(), 0);
        MachineLoad load = load();

        nanos += Duration.ofSeconds(1).toNanos();
        used(own, 100_000);
        used(own.getParent(), 600_000);
        assertThat(load.cpu()).isCloseTo(0.6, CLOSE);
        assertThat(load.memory()).isCloseTo(0.75, CLOSE);
    }

    @Test
    void containerSeesItsGroupAsTheRoot() throws IOException {
        Files.writeString(membership, "0::/../../elsewhere\n");
        write(mount, "memory.max", Long.toString(GIB));
        write(mount, "memory.current", Long.toString(GIB / 2));

        assertThat(load().memory()).isCloseTo(0.5, CLOSE);
    }

    @Test
    void withoutLimitsOrInVersion1OrWithNonsenseTheMachineCounts() throws IOException {
        Files.writeString(membership, "4:memory:/popnet\n3:cpu,cpuacct:/popnet\n");
        assertThat(group().memory()).as("version 1").isEmpty();
        Files.writeString(membership, "0::/system.slice/popnet.service\n");
        write(own, "cpu.max", "many");
        write(own, "memory.max", "-5");
        write(own, "memory.current", "lots");
        assertThat(group().cpu()).isEmpty();
        assertThat(group().memory()).isEmpty();

        assertThat(load().memory()).isStrictlyBetween(0.0, 1.0);
        assertThat(load().cpu()).isBetween(0.0, 1.0);
    }

    private MachineLoad load() {
        return new MachineLoad(group());
    }

    private ControlGroup group() {
        return new ControlGroup(membership, mount, () -> nanos);
    }

    private static void used(Path group, long micros) throws IOException {
        write(group, "cpu.stat", "usage_usec " + micros + "\nuser_usec 0\nsystem_usec 0");
    }

    private static void write(Path group, String file, String text) throws IOException {
        Files.writeString(group.resolve(file), text + "\n");
    }
}
