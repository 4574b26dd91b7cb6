package org.popnet.log.database;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.LongStream;

/** Makes the month that a transaction writes to, if it is not there. For one thread. */
public final class Partitions {
    private final Set<YearMonth> there = new HashSet<>();

    /** @param timesMs milliseconds since the epoch */
    public void ensure(Connection connection, LongStream timesMs) throws SQLException {
        Set<YearMonth> missing = new HashSet<>();
        timesMs.forEach(ms -> {
            YearMonth month = YearMonth.from(Instant.ofEpochMilli(ms).atOffset(ZoneOffset.UTC));
            if (!there.contains(month)) {
                missing.add(month);
            }
        });
        for (YearMonth month : missing) {
            try (PreparedStatement ensure = connection.prepareStatement("SELECT log.ensure_month(?)")) {
                ensure.setObject(1, month.atDay(1).atStartOfDay().atOffset(ZoneOffset.UTC));
                ensure.execute();
            }
            there.add(month);
        }
    }

    /** The transaction failed: what it made is not there. */
    public void abandon() {
        there.clear();
    }
}
