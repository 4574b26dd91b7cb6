package org.popnet.log.upkeep;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Drops months that are older than they must be kept, and makes those to come. */
public final class Retention implements Chore {
    private static final Logger log = LoggerFactory.getLogger(Retention.class);

    private final Map<String, Duration> kept = new LinkedHashMap<>();
    private final InstantSource clock;

    /** @param lateMax how old records may be and still be added; everything must be kept longer than that */
    public Retention(RetentionSettings settings, Duration lateMax, InstantSource clock) {
        if (lateMax.plusDays(62).compareTo(RetentionSettings.LEAST) > 0) {
            check("minutes", settings.minutes(), lateMax);
            check("hours", settings.hours(), lateMax);
            check("days", settings.days(), lateMax);
            check("top-hours", settings.topHours(), lateMax);
            check("top-days", settings.topDays(), lateMax);
            check("bandwidth", settings.bandwidth(), lateMax);
        }
        this.clock = clock;
        for (String scope : new String[] {"traffic", "total"}) {
            kept.put(scope + "_minute", settings.minutes());
            kept.put(scope + "_hour", settings.hours());
            kept.put(scope + "_day", settings.days());
        }
        kept.put("query_minute", settings.minutes());
        for (String table : new String[] {"query_hour", "event_hour", "event"}) {
            kept.put(table, settings.hours()); // events themselves go by the tree's keep-logs, long before
        }
        kept.put("bandwidth", settings.bandwidth());
        for (String scope : new String[] {"top", "client"}) {
            kept.put(scope + "_hour", settings.topHours());
            kept.put(scope + "_day", settings.topDays());
        }
    }

    private static void check(String name, Duration kept, Duration lateMax) {
        if (kept.compareTo(lateMax.plusDays(62)) < 0) {
            throw new IllegalArgumentException("popnet.retention." + name + " " + kept.toDays()
                    + "d: must be two months longer than popnet.log.late-max, " + lateMax.toDays()
                    + "d, because records of that age are still added");
        }
    }

    @Override
    public String name() {
        return "retention";
    }

    @Override
    public Duration every() {
        return Duration.ofHours(1);
    }

    @Override
    public boolean run(Connection connection) throws SQLException {
        try (Statement patience = connection.createStatement()) {
            // A drop waits for readers, and everyone else would wait behind it.
            patience.execute("SET LOCAL lock_timeout = '2s'");
        }
        for (Map.Entry<String, Duration> entry : kept.entrySet()) {
            try (PreparedStatement drop = connection.prepareStatement("SELECT log.drop_months(?, ?)")) {
                drop.setString(1, entry.getKey());
                drop.setObject(2, clock.instant().minus(entry.getValue()).atOffset(ZoneOffset.UTC));
                try (ResultSet row = drop.executeQuery()) {
                    if (row.next() && row.getInt(1) > 0) {
                        log.info(
                                "{}: {} months older than {} days dropped",
                                entry.getKey(),
                                row.getInt(1),
                                entry.getValue().toDays());
                    }
                }
            }
        }
        try (PreparedStatement ahead = connection.prepareStatement(
                "SELECT log.ensure_month(?::timestamptz + make_interval(months => m)) FROM generate_series(0, 2) AS m")) {
            ahead.setObject(1, clock.instant().atOffset(ZoneOffset.UTC));
            ahead.execute();
        }
        return false;
    }
}
