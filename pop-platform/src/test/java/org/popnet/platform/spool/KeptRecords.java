package org.popnet.platform.spool;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.popnet.platform.message.Message.LogBatch;

/** What a spool holds of {@link Records#numbered} ones when it is opened again after a crash. */
final class KeptRecords {
    private KeptRecords() {}

    /** Their numbers, in the order in which they would be sent. */
    static List<Long> of(Path directory) throws Exception {
        List<Long> kept = new ArrayList<>();
        try (LogSpool spool = new LogSpool(
                        directory,
                        LogSpoolCrashTest.Appender.SETTINGS,
                        new Random(1)::nextLong,
                        new SimpleMeterRegistry());
                BatchFormat.Packer packer = new BatchFormat.Packer()) {
            CustomerSpool customer = spool.spool("customer1");
            assertThat(customer).isNotNull();
            customer.cut(packer);
            for (CustomerSpool.Batch b : customer.unacknowledged()) {
                LogBatch batch =
                        new LogBatch("customer1", customer.id(), b.number, b.records(), customer.pack(b, packer));
                BatchFormat.unpack(batch).records().forEach(r -> kept.add(r.timeMs() - Records.EPOCH_MS));
            }
        }
        return kept;
    }
}
