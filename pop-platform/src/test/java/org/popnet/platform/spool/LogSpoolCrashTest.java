package org.popnet.platform.spool;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.BufferedReader;
import java.io.DataOutputStream;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogSpoolCrashTest {
    @TempDir
    Path directory;

    @Test
    void killingTheProcessLosesNoRecordAndDoublesNone() throws Exception {
        Random random = new Random(11);
        Set<Long> acknowledgedAppends = new HashSet<>();
        long from = 0;
        for (int round = 0; round < 3; round++) {
            Process child = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "--enable-native-access=ALL-UNNAMED",
                            "-XX:+UseSerialGC",
                            "-XX:TieredStopAtLevel=1",
                            "-cp",
                            System.getProperty("java.class.path"),
                            Appender.class.getName(),
                            directory.toString(),
                            Long.toString(from))
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            long killAfter = 1_000 + random.nextInt(6_000);
            try (BufferedReader appended = new BufferedReader(new InputStreamReader(child.getInputStream()))) {
                String line;
                long count = 0;
                while ((line = appended.readLine()) != null) {
                    if (line.endsWith(".")) {
                        from = Long.parseLong(line.substring(0, line.length() - 1));
                        acknowledgedAppends.add(from);
                        from++;
                    }
                    if (++count == killAfter) {
                        child.toHandle().destroyForcibly();
                    }
                }
            }
            assertThat(child.waitFor()).isEqualTo(128 + 9);
            from += 1_000_000;
        }

        List<Long> kept = KeptRecords.of(directory);
        assertThat(kept).doesNotHaveDuplicates();
        assertThat(kept).containsAll(acknowledgedAppends);
        // Appends that the child had not yet said when it was killed are there besides.
        assertThat(kept.size()).isLessThanOrEqualTo(acknowledgedAppends.size() + 3 * 2_000);
        assertThat(kept).isSorted();
    }

    /** Appends records and cuts batches until it is killed; says the number of each that was appended. */
    static final class Appender {
        static final SpoolSettings SETTINGS = new SpoolSettings(
                true,
                java.time.Duration.ofMillis(10),
                org.springframework.util.unit.DataSize.ofKilobytes(256),
                org.springframework.util.unit.DataSize.ofMegabytes(64),
                org.springframework.util.unit.DataSize.ofMegabytes(64),
                48,
                java.time.Duration.ofMillis(10),
                java.time.Duration.ofMillis(100),
                java.time.Duration.ofSeconds(5));

        public static void main(String[] args) throws Exception {
            LogSpool spool =
                    new LogSpool(Path.of(args[0]), SETTINGS, new Random()::nextLong, new SimpleMeterRegistry());
            DataOutputStream out = new DataOutputStream(System.out);
            BatchFormat.Packer packer = new BatchFormat.Packer();
            for (long i = Long.parseLong(args[1]); ; i++) {
                spool.append("customer1", Records.numbered(i));
                out.writeBytes(i + ".\n");
                if (i % 500 == 0) {
                    out.flush();
                    CustomerSpool customer = spool.spool("customer1");
                    if (customer != null) {
                        customer.cut(packer);
                        customer.prepareNextSegment();
                    }
                }
            }
        }
    }
}
