package org.popnet.log.audience;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.popnet.log.sketch.HeavyHitters;
import org.popnet.log.sketch.HyperLogLog;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Reads whole days, the hours at both ends, and what is not merged yet; all of it in one snapshot. */
@Component
public class AudienceQueries {
    private static final String RANGE = " FROM log.%1$s_hour WHERE customer = :customer AND domain = :domain%2$s"
            + " AND (time >= :from AND time < :firstDay OR time >= :lastDay AND time < :to)"
            + " UNION ALL SELECT %3$s FROM log.%1$s_day WHERE customer = :customer AND domain = :domain%2$s"
            + " AND time >= :firstDay AND time < :lastDay"
            + " UNION ALL SELECT %3$s FROM log.%1$s_delta WHERE customer = :customer AND domain = :domain%2$s"
            + " AND time >= :from AND time < :to";
    private static final String TOP_COLUMNS = "total, error, keys, counts, bytes";

    private final JdbcClient jdbc;

    AudienceQueries(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** One of the most frequent: at least so many requests, and bytes. */
    public record Entry(String key, @Nullable String domain, long requests, long bytesOut) {}

    /**
     * The most frequent of a range.
     *
     * @param total requests that were counted in this dimension
     * @param errorMax every entry's requests are at most so many too low
     */
    public record Top(String dimension, Instant from, Instant to, long total, long errorMax, List<Entry> entries) {}

    /** Distinct client addresses of a range, estimated with this relative standard error. */
    public record Clients(Instant from, Instant to, long clients, double standardError) {}

    /** Names that {@link #top} knows. */
    public static List<String> dimensions() {
        List<String> names = new ArrayList<>();
        for (Dimension dimension : Dimension.values()) {
            names.add(dimension.asked());
        }
        return names;
    }

    /**
     * Hours that the range only touches are counted whole.
     *
     * @param dimension one of {@link #dimensions}
     * @param domain null for all of the customer's
     */
    public Top top(String dimension, String customer, @Nullable String domain, Instant from, Instant to, int limit) {
        Dimension asked = Dimension.asked(dimension).orElseThrow();
        // Merging loses nothing here: room for all that the rows hold.
        HeavyHitters sum = new HeavyHitters(Integer.MAX_VALUE - 1);
        Hours hours = Hours.around(from, to);
        ask(
                        "SELECT " + TOP_COLUMNS + RANGE.formatted("top", " AND dimension = :dimension", TOP_COLUMNS),
                        customer,
                        domain,
                        hours)
                .param("dimension", asked.stored())
                .query(row -> {
                    sum.merge(StoredTop.read(row, Integer.MAX_VALUE - 1));
                });
        List<Entry> entries = new ArrayList<>();
        for (HeavyHitters.Counter counter : sum.counters()) {
            if (entries.size() == limit) {
                break;
            }
            entries.add(entry(asked, domain, counter));
        }
        return new Top(dimension, hours.from(), hours.to(), sum.total(), sum.error(), entries);
    }

    private static Entry entry(Dimension dimension, @Nullable String domain, HeavyHitters.Counter counter) {
        String key = counter.key();
        if (dimension != Dimension.URL) {
            return new Entry(key, domain, counter.count(), counter.bytes());
        }
        int separator = domain == null ? key.indexOf(AudienceCounts.SEPARATOR) : -1;
        return separator < 0
                ? new Entry(key, domain, counter.count(), counter.bytes())
                : new Entry(
                        key.substring(separator + 1), key.substring(0, separator), counter.count(), counter.bytes());
    }

    /** Hours that the range only touches are counted whole. */
    public Clients clients(String customer, @Nullable String domain, Instant from, Instant to) {
        HyperLogLog sum = new HyperLogLog();
        Hours hours = Hours.around(from, to);
        ask("SELECT sketch" + RANGE.formatted("client", "", "sketch"), customer, domain, hours)
                .query(row -> {
                    sum.merge(HyperLogLog.of(row.getBytes(1)));
                });
        return new Clients(hours.from(), hours.to(), sum.estimate(), HyperLogLog.STANDARD_ERROR);
    }

    private JdbcClient.StatementSpec ask(String sql, String customer, @Nullable String domain, Hours hours) {
        return jdbc.sql(sql)
                .param("customer", customer)
                .param("domain", domain == null ? "" : domain)
                .param("from", hours.from().atOffset(ZoneOffset.UTC))
                .param("firstDay", hours.firstDay().atOffset(ZoneOffset.UTC))
                .param("lastDay", hours.lastDay().atOffset(ZoneOffset.UTC))
                .param("to", hours.to().atOffset(ZoneOffset.UTC));
    }

    /** A range of whole hours, and the whole days within. */
    private record Hours(Instant from, Instant firstDay, Instant lastDay, Instant to) {
        static Hours around(Instant from, Instant to) {
            Instant first = from.truncatedTo(ChronoUnit.HOURS);
            Instant last = up(to, ChronoUnit.HOURS);
            Instant firstDay = up(first, ChronoUnit.DAYS);
            Instant lastDay = last.truncatedTo(ChronoUnit.DAYS);
            return firstDay.isBefore(lastDay)
                    ? new Hours(first, firstDay, lastDay, last)
                    : new Hours(first, last, last, last);
        }

        private static Instant up(Instant time, ChronoUnit unit) {
            Instant down = time.truncatedTo(unit);
            return down.equals(time) ? time : down.plus(1, unit);
        }
    }
}
