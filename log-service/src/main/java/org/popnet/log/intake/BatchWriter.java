package org.popnet.log.intake;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.popnet.log.raw.RawLog;
import org.popnet.log.traffic.LiveTraffic;
import org.popnet.platform.datagram.DatagramPort;
import org.popnet.platform.message.Message.LogAck;
import org.popnet.platform.message.Message.LogBatch;
import org.popnet.platform.message.Message.Lost;
import org.popnet.platform.spool.AccessRecord;
import org.popnet.platform.spool.BatchFormat;
import org.popnet.platform.spool.LogRecord;
import org.popnet.platform.spool.MalformedBatchException;
import org.popnet.platform.spool.UnknownFormatException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts batches: one transaction holds what many of them add to the ledger, to the sums and to the lengths of the raw
 * files. What is committed is acknowledged, and so is what was counted before; everything else stays with its sender,
 * which sends it again. For one thread.
 */
final class BatchWriter {
    private static final Logger log = LoggerFactory.getLogger(BatchWriter.class);
    /** No response is larger; a record that says so would overflow sums. */
    private static final long BYTES_MAX = 1L << 50;
    /** Later times have no four-digit year. */
    static final long TIME_MAX_MS = 1L << 47;
    /** Numbers of one acknowledgement: with names of any length they fit a datagram. */
    static final int ACKS_MAX = 80;

    private final DataSource database;
    private final RawLog rawLog;
    private final Figures figures;
    private final LiveTraffic live;
    private final LogSettings settings;
    private final DatagramPort port;
    private final Consumer<Stage> stages;
    private final Timer transactions;
    private final Counter records;
    private final Counter counted;
    private final Counter duplicates;
    private final Counter rejected;
    private final Counter postponed;
    private final Counter clocks;
    private final Counter corrected;
    private final Counter lost;
    private final SenderAlarm alarm = new SenderAlarm();
    private final Counter failed;

    private record AckKey(SequenceLedger.Spool spool, String customer) {}

    BatchWriter(
            DataSource database,
            RawLog rawLog,
            Figures figures,
            LiveTraffic live,
            LogSettings settings,
            DatagramPort port,
            MeterRegistry meters,
            Consumer<Stage> stages) {
        this.database = database;
        this.rawLog = rawLog;
        this.figures = figures;
        this.live = live;
        this.settings = settings;
        this.port = port;
        this.stages = stages;
        transactions = meters.timer("popnet.log.transactions");
        records = meters.counter("popnet.log.records");
        counted = meters.counter("popnet.log.batches", "result", "counted");
        duplicates = meters.counter("popnet.log.batches", "result", "duplicate");
        rejected = meters.counter("popnet.log.batches", "result", "rejected");
        postponed = meters.counter("popnet.log.batches", "result", "postponed");
        failed = meters.counter("popnet.log.batches", "result", "failed");
        clocks = meters.counter("popnet.log.records.accounted.on.arrival");
        corrected = meters.counter("popnet.log.records.clock.corrected");
        lost = Counter.builder("popnet.log.records.lost")
                .description("records that senders say they had no room for")
                .register(meters);
    }

    /**
     * Counts and acknowledges.
     *
     * @return false if the database did not take it; nothing was acknowledged then
     */
    boolean write(List<Arrival> arrivals) {
        long start = System.nanoTime();
        try {
            transact(arrivals, false);
            return true;
        } catch (SQLException e) {
            abandon();
            if (isAboutTheData(e)) {
                return writeApart(arrivals, e);
            }
            failed.increment(arrivals.size());
            log.warn("{} batches were not counted, their senders keep them: {}", arrivals.size(), e.getMessage());
            return false;
        } catch (IOException e) {
            abandon();
            failed.increment(arrivals.size());
            log.error("raw log cannot be written, nothing is acknowledged until it can: {}", e.getMessage());
            return false;
        } catch (RuntimeException e) {
            abandon();
            failed.increment(arrivals.size());
            throw e;
        } finally {
            transactions.record(System.nanoTime() - start, TimeUnit.NANOSECONDS);
        }
    }

    private void abandon() {
        rawLog.abandon();
        figures.abandon();
    }

    /** One batch that PostgreSQL refuses must not hold up all others for ever. */
    private boolean writeApart(List<Arrival> arrivals, SQLException cause) {
        if (arrivals.size() > 1) {
            int half = arrivals.size() / 2;
            return write(arrivals.subList(0, half)) & write(arrivals.subList(half, arrivals.size()));
        }
        Arrival one = arrivals.getFirst();
        log.atError()
                .setCause(cause)
                .log(
                        "batch {} of {} is refused by the database, set aside",
                        one.batch().batch(),
                        one.sender());
        try {
            transact(arrivals, true);
            return true;
        } catch (SQLException | IOException e) {
            abandon();
            failed.increment();
            return false;
        }
    }

    /** Data exceptions, constraint violations, program limits: the same data would fail again. */
    private static boolean isAboutTheData(SQLException e) {
        SQLException cause = e.getNextException() != null ? e.getNextException() : e;
        String state = cause.getSQLState();
        return state != null && (state.startsWith("22") || state.startsWith("23") || state.startsWith("54"));
    }

    private void transact(List<Arrival> arrivals, boolean rejectAll) throws SQLException, IOException {
        Map<SequenceLedger.Spool, String> spools = new LinkedHashMap<>();
        arrivals.forEach(a -> spools.putIfAbsent(spool(a), a.batch().customer()));
        Map<AckKey, List<Long>> acks = new LinkedHashMap<>();
        Addition addition = new Addition();
        Tally tally = new Tally();
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            try {
                SequenceLedger ledger = new SequenceLedger(connection);
                ledger.open(spools, arrivals.getFirst().receivedMs());
                for (Arrival arrival : arrivals) {
                    SequenceLedger.Row row = ledger.row(spool(arrival));
                    if (row != null && take(arrival, row, addition, tally, rejectAll)) {
                        acks.computeIfAbsent(
                                        new AckKey(
                                                spool(arrival), arrival.batch().customer()),
                                        k -> new ArrayList<>())
                                .add(arrival.batch().batch());
                    }
                }
                rawLog.write(connection);
                figures.add(connection, addition);
                ledger.save();
                stages.accept(Stage.BEFORE_COMMIT);
                connection.commit();
            } catch (SQLException | IOException | RuntimeException e) {
                rollback(connection);
                throw e;
            }
        }
        stages.accept(Stage.AFTER_COMMIT);
        rawLog.committed();
        live.add(addition.traffic());
        tally.publish();
        acknowledge(acks);
        stages.accept(Stage.AFTER_ACK);
    }

    private static void rollback(Connection connection) {
        try {
            connection.rollback();
        } catch (SQLException e) {
            // The connection is gone, and the transaction with it.
        }
    }

    /** Whether the batch is to be acknowledged once the transaction has committed. */
    private boolean take(Arrival arrival, SequenceLedger.Row row, Addition addition, Tally tally, boolean reject) {
        LogBatch batch = arrival.batch();
        if (!SequenceLedger.isPossible(batch.batch()) || !row.customer.equals(batch.customer())) {
            tally.rejected++;
            return false;
        }
        hearLosses(arrival, row, tally);
        if (row.isCounted(batch.batch())) {
            row.heard(0, arrival.receivedMs());
            tally.duplicates++;
            return true;
        }
        if (!row.hasRoomFor(batch.batch())) {
            tally.postponed++;
            return false;
        }
        try {
            if (reject) {
                throw new MalformedBatchException("refused by the database");
            }
            BatchFormat.Contents contents = BatchFormat.unpack(batch);
            check(contents);
            long bytesOut = 0;
            long firstMs = Long.MAX_VALUE;
            long skewMs = settings.skewMs(batch.sentAtMs(), arrival.receivedMs());
            if (skewMs != 0) {
                tally.corrected += batch.records();
                alarm.clockIsWrong(arrival.sender(), skewMs, arrival.receivedMs());
            }
            for (LogRecord record : contents.records()) {
                long claimed = record.timeMs() + skewMs;
                long accounted = settings.accountedMs(claimed, arrival.receivedMs());
                tally.clocks += accounted == claimed ? 0 : 1;
                addition.add(batch.customer(), arrival.sender(), accounted, record);
                rawLog.add(batch.customer(), arrival.sender(), accounted, record);
                bytesOut += record instanceof AccessRecord access ? access.bytesOut() : 0;
                firstMs = Math.min(firstMs, accounted);
            }
            row.count(batch.batch(), batch.records(), bytesOut, firstMs);
            row.heard(Math.min(contents.newestBatch(), Long.MAX_VALUE / 2), arrival.receivedMs());
            tally.records += batch.records();
            tally.counted++;
        } catch (MalformedBatchException e) {
            // It is authentic, so it will never come differently; its number counts as gone, and the row says how many.
            log.error(
                    "batch {} of {} for {} cannot be read: {}",
                    batch.batch(),
                    arrival.sender(),
                    batch.customer(),
                    e.getMessage());
            row.reject(batch.batch());
            row.heard(0, arrival.receivedMs());
            tally.rejected++;
        } catch (UnknownFormatException e) {
            log.warn("{} sends a newer format, its batches wait: {}", arrival.sender(), e.getMessage());
            tally.postponed++;
            return false;
        }
        return true;
    }

    private void hearLosses(Arrival arrival, SequenceLedger.Row row, Tally tally) {
        Lost said = arrival.batch().lost();
        long more = said == null || !SequenceLedger.isPossible(said) ? 0 : row.lose(said);
        if (said != null && more > 0) {
            tally.lost += more;
            alarm.recordsWereLost(arrival.sender(), row.customer, said, arrival.receivedMs());
        }
    }

    private static void check(BatchFormat.Contents contents) throws MalformedBatchException {
        for (LogRecord record : contents.records()) {
            if (record.timeMs() > TIME_MAX_MS) {
                throw new MalformedBatchException(
                        "a record at " + record.timeMs() + " ms: must be before the year 10000");
            }
            if (record instanceof AccessRecord access
                    && (access.bytesOut() > BYTES_MAX || access.bytesIn() > BYTES_MAX)) {
                throw new MalformedBatchException("a record of " + access.bytesOut() + " bytes out, " + access.bytesIn()
                        + " in: must be 2^50 at most");
            }
        }
    }

    private void acknowledge(Map<AckKey, List<Long>> acks) {
        acks.forEach((key, numbers) -> {
            for (int from = 0; from < numbers.size(); from += ACKS_MAX) {
                List<Long> part = List.copyOf(numbers.subList(from, Math.min(numbers.size(), from + ACKS_MAX)));
                port.send(
                        key.spool().node(),
                        new LogAck(key.customer(), key.spool().id(), part, false));
            }
        });
    }

    private static SequenceLedger.Spool spool(Arrival arrival) {
        return new SequenceLedger.Spool(arrival.sender(), arrival.batch().spool());
    }

    /** What a transaction did, for the metrics, if it commits. */
    private final class Tally {
        private long records;
        private long counted;
        private long duplicates;
        private long rejected;
        private long postponed;
        private long clocks;
        private long corrected;
        private long lost;

        void publish() {
            BatchWriter.this.records.increment(records);
            BatchWriter.this.counted.increment(counted);
            BatchWriter.this.duplicates.increment(duplicates);
            BatchWriter.this.rejected.increment(rejected);
            BatchWriter.this.postponed.increment(postponed);
            BatchWriter.this.clocks.increment(clocks);
            BatchWriter.this.corrected.increment(corrected);
            BatchWriter.this.lost.increment(lost);
        }
    }
}
