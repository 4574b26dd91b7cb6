package org.popnet.log.queries;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import org.popnet.log.database.Partitions;

/** Adds the sums of a transaction to what is stored, in that transaction. For one thread. */
public final class QueryStore {
    private static final String UPSERT = """
            INSERT INTO log.%s AS t (time, customer, domain, node, type, rcode,
              queries, records, with_subnet, over_tcp, micros, micros_max)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (customer, time, domain, node, type, rcode) DO UPDATE SET
              queries = t.queries + excluded.queries,
              records = t.records + excluded.records,
              with_subnet = t.with_subnet + excluded.with_subnet,
              over_tcp = t.over_tcp + excluded.over_tcp,
              micros = t.micros + excluded.micros,
              micros_max = greatest(t.micros_max, excluded.micros_max)""";

    private final Partitions partitions;

    public QueryStore(Partitions partitions) {
        this.partitions = partitions;
    }

    public void add(Connection connection, QuerySums sums) throws SQLException {
        if (sums.minutes().isEmpty()) {
            return;
        }
        partitions.ensure(connection, sums.minutes().keySet().stream().mapToLong(QuerySums.Cell::timeMs));
        upsert(connection, "query_minute", sums.minutes());
        upsert(connection, "query_hour", sums.hours());
    }

    private static void upsert(Connection connection, String table, Map<QuerySums.Cell, QuerySums.Sums> cells)
            throws SQLException {
        try (PreparedStatement upsert = connection.prepareStatement(UPSERT.formatted(table))) {
            for (Map.Entry<QuerySums.Cell, QuerySums.Sums> entry : cells.entrySet()) {
                QuerySums.Cell cell = entry.getKey();
                QuerySums.Sums sums = entry.getValue();
                int at = 0;
                upsert.setObject(++at, Instant.ofEpochMilli(cell.timeMs()).atOffset(ZoneOffset.UTC));
                upsert.setString(++at, cell.customer());
                upsert.setString(++at, cell.domain());
                upsert.setString(++at, cell.node());
                upsert.setString(++at, cell.type());
                upsert.setString(++at, cell.rcode());
                upsert.setLong(++at, sums.queries);
                upsert.setLong(++at, sums.records);
                upsert.setLong(++at, sums.withSubnet);
                upsert.setLong(++at, sums.overTcp);
                upsert.setLong(++at, sums.micros);
                upsert.setLong(++at, sums.microsMax);
                upsert.addBatch();
            }
            upsert.executeBatch();
        }
    }
}
