package org.popnet.log.intake;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import javax.sql.DataSource;
import org.popnet.platform.spool.AccessRecord;
import org.popnet.platform.spool.AccessRecord.CacheResult;
import org.popnet.platform.spool.LogSink;

/** Seeded records, and what their sums must be. */
final class Workload {
    private final Random random;
    private final long startMs;
    private long requests;
    private long bytesOut;
    private long bytesIn;
    private long hits;
    private long notFound;

    Workload(long seed, long startMs) {
        this.random = new Random(seed);
        this.startMs = startMs;
    }

    void play(LogSink sink, int count) {
        for (int i = 0; i < count; i++) {
            AccessRecord record = next();
            sink.append(random.nextInt(4) == 0 ? "customer2" : "customer1", record);
        }
    }

    private AccessRecord next() {
        CacheResult cache = CacheResult.values()[random.nextInt(6)];
        int status = random.nextInt(10) == 0 ? 404 : 200;
        AccessRecord record = new AccessRecord(
                startMs + random.nextInt(7_200_000),
                random.nextBoolean() ? "static.customer1.example" : "www.customer1.example",
                "198.51.100." + random.nextInt(250),
                "GET",
                "/file/" + (int) Math.abs(random.nextGaussian() * 300),
                "HTTP/1.1",
                status,
                cache,
                random.nextInt(1_000_000),
                random.nextInt(500),
                random.nextInt(100_000),
                random.nextInt(500_000),
                null,
                "agent/" + random.nextInt(5),
                "text/html");
        requests++;
        bytesOut += record.bytesOut();
        bytesIn += record.bytesIn();
        hits += cache.ordinal() < 3 ? 1 : 0;
        notFound += status == 404 ? 1 : 0;
        return record;
    }

    List<Long> expected() {
        return List.of(requests, bytesOut, bytesIn, hits, notFound, requests);
    }

    /** The same sums as the database has them, by minutes or hours; the last is the ledger's count of records. */
    static List<Long> stored(DataSource database, String table) throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        "SELECT sum(requests), sum(bytes_out), sum(bytes_in), sum(hits), sum(status_4xx),"
                                + " (SELECT sum(records) FROM log.sender) FROM log." + table)) {
            row.next();
            List<Long> sums = new ArrayList<>();
            for (int i = 1; i <= 6; i++) {
                sums.add(row.getLong(i));
            }
            return sums;
        }
    }
}
