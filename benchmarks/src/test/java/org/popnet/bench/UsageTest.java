package org.popnet.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(OS.LINUX)
class UsageTest {
    @Test
    void processorTimeOfAProcessTreeIsCounted() throws Exception {
        // A shell that waits for one that computes: what is used is used below the process asked about.
        Process process = new ProcessBuilder("sh", "-c", "sh -c 'while :; do :; done'; true").start();
        try {
            long deadline = System.nanoTime() + 20_000_000_000L;
            while (Usage.cpuMicros(process.toHandle()) < 100_000 && System.nanoTime() < deadline) {
                Thread.onSpinWait();
            }
            assertThat(Usage.cpuMicros(process.toHandle())).isGreaterThanOrEqualTo(100_000);
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    @Test
    void memoryOfThisProcessIsCounted() {
        ProcessHandle self = ProcessHandle.current();
        assertThat(Usage.pssBytes(self)).isGreaterThan(10_000_000);
        assertThat(Usage.rssBytes(self)).isGreaterThanOrEqualTo(Usage.pssBytes(self) / 2);
    }
}
