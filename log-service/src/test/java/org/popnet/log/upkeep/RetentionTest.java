package org.popnet.log.upkeep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.popnet.log.TestDatabase;
import org.springframework.jdbc.core.simple.JdbcClient;

class RetentionTest {
    private static final Instant NOW = Instant.parse("2026-11-22T15:30:30Z");
    private static final RetentionSettings SETTINGS = new RetentionSettings(
            Duration.ofDays(100),
            Duration.ofDays(1100),
            Duration.ofDays(3700),
            Duration.ofDays(100),
            Duration.ofDays(800),
            Duration.ofDays(800));

    @Test
    void monthsThatAreOldEnoughGoAndThoseToComeAreThere() throws Exception {
        DataSource database = TestDatabase.dataSource(TestDatabase.create());
        TestDatabase.flyway(database).migrate();
        JdbcClient jdbc = JdbcClient.create(database);
        for (String month : new String[] {"2023-01-01", "2024-01-01", "2026-07-01", "2026-08-01", "2026-11-01"}) {
            jdbc.sql("SELECT log.ensure_month(:month::timestamptz)")
                    .param("month", month)
                    .query()
                    .listOfRows();
        }
        Upkeep upkeep = new Upkeep(database, () -> true, List.of(), new SimpleMeterRegistry());
        upkeep.run(new Retention(SETTINGS, Duration.ofDays(35), InstantSource.fixed(NOW)));
        // 100 days before are in August, so July's minutes are old enough, and hours of three years ago
        assertThat(months(jdbc, "total_minute"))
                .contains("2026_08", "2026_11", "2027_01")
                .doesNotContain("2026_07");
        assertThat(months(jdbc, "top_hour")).doesNotContain("2024_01", "2026_07");
        assertThat(months(jdbc, "bandwidth")).contains("2026_07").doesNotContain("2024_01");
        assertThat(months(jdbc, "traffic_hour")).contains("2024_01").doesNotContain("2023_01");
        assertThat(months(jdbc, "traffic_day")).contains("2023_01", "2027_01");
    }

    private static List<String> months(JdbcClient jdbc, String table) {
        return jdbc.sql("SELECT right(c.relname, 7) FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
                        + " WHERE i.inhparent = ('log.' || :table)::regclass")
                .param("table", table)
                .query(String.class)
                .list();
    }

    @Test
    void aChoreRunsOnOneLogServerAtATime() throws Exception {
        DataSource database = TestDatabase.dataSource(TestDatabase.create());
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch leave = new CountDownLatch(1);
        AtomicInteger ran = new AtomicInteger();
        Chore chore = new Chore() {
            @Override
            public String name() {
                return "sweeping";
            }

            @Override
            public Duration every() {
                return Duration.ofHours(1);
            }

            @Override
            public boolean run(Connection connection) {
                ran.incrementAndGet();
                inside.countDown();
                try {
                    leave.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                return false;
            }
        };
        Upkeep one = new Upkeep(database, () -> true, List.of(), new SimpleMeterRegistry());
        Upkeep other = new Upkeep(database, () -> true, List.of(), new SimpleMeterRegistry());
        Thread first = Thread.ofVirtual().start(() -> {
            try {
                one.run(chore);
            } catch (java.sql.SQLException e) {
                throw new IllegalStateException(e);
            }
        });
        inside.await();
        assertThat(other.run(chore)).isZero();
        leave.countDown();
        first.join();
        assertThat(other.run(chore)).isOne();
        assertThat(ran).hasValue(2);
    }

    @Test
    void whatLateRecordsAreStillAddedToIsNeverDropped() {
        assertThatThrownBy(() -> new RetentionSettings(
                        Duration.ofDays(99),
                        Duration.ofDays(1100),
                        Duration.ofDays(3700),
                        Duration.ofDays(100),
                        Duration.ofDays(800),
                        Duration.ofDays(800)))
                .hasMessageContaining("popnet.retention.minutes 99d: must be 100d to 36500d");
        assertThatThrownBy(() -> new Retention(SETTINGS, Duration.ofDays(60), InstantSource.fixed(NOW)))
                .hasMessageContaining("two months longer than popnet.log.late-max, 60d");
    }
}
