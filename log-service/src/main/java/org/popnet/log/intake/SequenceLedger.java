package org.popnet.log.intake;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.popnet.platform.message.Message.Lost;
import org.popnet.platform.tree.NodeName;

/**
 * Which batches of each spool are counted. Locks the rows of the spools it is opened for until the transaction ends, so
 * that a primary and its deputy never count the same batch both.
 */
final class SequenceLedger {
    /**
     * Gaps that are remembered of a spool. A sender has at most its window under way, so more gaps than this are no
     * accident; batches that would make more are left unacknowledged.
     */
    private static final int GAPS_MAX = 8192;

    private final Connection connection;
    private final Map<Spool, Row> rows = new TreeMap<>();

    /** A sender's spool; ordered, so that two log servers lock rows in the same order. */
    record Spool(NodeName node, long id) implements Comparable<Spool> {
        @Override
        public int compareTo(Spool other) {
            int byNode = node.compareTo(other.node);
            return byNode != 0 ? byNode : Long.compare(id, other.id);
        }
    }

    /** What a spool's row becomes. */
    static final class Row {
        final String customer;
        private final BatchRanges received;
        private long newest;
        private long records;
        private long bytesOut;
        private long rejected;
        private long receivedMs;
        private long firstRecordMs = Long.MAX_VALUE;
        private long lostRecords;
        private @Nullable Lost lost;

        private Row(String customer, BatchRanges received, long newest, long lostRecords) {
            this.customer = customer;
            this.received = received;
            this.newest = newest;
            this.lostRecords = lostRecords;
        }

        boolean isCounted(long batch) {
            return received.contains(batch);
        }

        boolean hasRoomFor(long batch) {
            return received.count() < GAPS_MAX || received.contains(batch - 1);
        }

        void heard(long newestBatch, long atMs) {
            newest = Math.max(newest, newestBatch);
            receivedMs = Math.max(receivedMs, atMs);
        }

        void count(long batch, long batchRecords, long batchBytesOut, long batchFirstMs) {
            received.add(batch);
            firstRecordMs = Math.min(firstRecordMs, batchFirstMs);
            newest = Math.max(newest, batch);
            records += batchRecords;
            bytesOut += batchBytesOut;
        }

        /**
         * Remembers what the sender lost.
         *
         * @return how many records more than were known
         */
        long lose(Lost said) {
            long more = said.records() - lostRecords;
            if (more > 0) {
                lostRecords = said.records();
                lost = said;
            }
            return Math.max(0, more);
        }

        void reject(long batch) {
            received.add(batch);
            rejected++;
        }

        private boolean isComplete() {
            return received.completeTo() >= newest;
        }
    }

    SequenceLedger(Connection connection) {
        this.connection = connection;
    }

    /** Locks these spools' rows, making those that are new. */
    void open(Map<Spool, String> customers, long nowMs) throws SQLException {
        Map<Spool, String> ordered = new TreeMap<>(customers);
        try (PreparedStatement insert = connection.prepareStatement("""
                INSERT INTO log.sender (node, spool, customer, first_seen, last_received) VALUES (?, ?, ?, ?, ?)
                ON CONFLICT (node, spool) DO NOTHING""")) {
            for (Map.Entry<Spool, String> entry : ordered.entrySet()) {
                insert.setString(1, entry.getKey().node().toString());
                insert.setLong(2, entry.getKey().id());
                insert.setString(3, entry.getValue());
                insert.setObject(4, utc(nowMs));
                insert.setObject(5, utc(nowMs));
                insert.addBatch();
            }
            insert.executeBatch();
        }
        try (PreparedStatement lock = connection.prepareStatement("""
                SELECT customer, received::text, newest_batch, lost FROM log.sender WHERE node = ? AND spool = ?
                FOR UPDATE""")) {
            for (Spool spool : ordered.keySet()) {
                lock.setString(1, spool.node().toString());
                lock.setLong(2, spool.id());
                try (ResultSet row = lock.executeQuery()) {
                    if (row.next()) {
                        rows.put(
                                spool,
                                new Row(
                                        row.getString(1),
                                        BatchRanges.parse(row.getString(2)),
                                        row.getLong(3),
                                        row.getLong(4)));
                    }
                }
            }
        }
    }

    /** The row of a spool that the ledger was opened for; null if someone deleted it that moment. */
    @Nullable Row row(Spool spool) {
        return rows.get(spool);
    }

    void save() throws SQLException {
        try (PreparedStatement update = connection.prepareStatement("""
                UPDATE log.sender SET received = ?::int8multirange, newest_batch = ?, records = records + ?,
                  bytes_out = bytes_out + ?, rejected = rejected + ?,
                  first_record = least(first_record, ?), last_received = greatest(last_received, ?),
                  complete_at = CASE WHEN ? THEN greatest(complete_at, ?) ELSE complete_at END,
                  lost = greatest(lost, ?), lost_from = least(lost_from, ?), lost_to = greatest(lost_to, ?)
                WHERE node = ? AND spool = ?""")) {
            for (Map.Entry<Spool, Row> entry : rows.entrySet()) {
                Row row = entry.getValue();
                if (row.receivedMs == 0) {
                    continue; // opened, but nothing of it was taken
                }
                update.setString(1, row.received.toString());
                update.setLong(2, row.newest);
                update.setLong(3, row.records);
                update.setLong(4, row.bytesOut);
                update.setLong(5, row.rejected);
                update.setObject(6, utc(Math.min(row.firstRecordMs, row.receivedMs)));
                update.setObject(7, utc(row.receivedMs));
                update.setBoolean(8, row.isComplete());
                update.setObject(9, utc(row.receivedMs));
                update.setLong(10, row.lostRecords);
                update.setObject(11, row.lost == null ? null : utc(row.lost.fromMs()), Types.TIMESTAMP_WITH_TIMEZONE);
                update.setObject(12, row.lost == null ? null : utc(row.lost.toMs()), Types.TIMESTAMP_WITH_TIMEZONE);
                update.setString(13, entry.getKey().node().toString());
                update.setLong(14, entry.getKey().id());
                update.addBatch();
            }
            update.executeBatch();
        }
    }

    /** Numbers that a spool can have; anything else is no batch of ours. */
    static boolean isPossible(long batch) {
        return batch >= 1 && batch < Long.MAX_VALUE / 2;
    }

    /** Losses that a sender can have; anything else is not believed. */
    static boolean isPossible(Lost lost) {
        return lost.records() > 0
                && lost.records() < Long.MAX_VALUE / 2
                && lost.fromMs() >= 0
                && lost.fromMs() <= lost.toMs()
                && lost.toMs() <= BatchWriter.TIME_MAX_MS;
    }

    static OffsetDateTime utc(long ms) {
        return Instant.ofEpochMilli(ms).atOffset(ZoneOffset.UTC);
    }
}
