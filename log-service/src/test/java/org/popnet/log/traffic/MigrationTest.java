package org.popnet.log.traffic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.popnet.log.TestDatabase;
import org.popnet.log.TestEntities;
import org.springframework.jdbc.core.simple.JdbcClient;

class MigrationTest {
    /** What the first version counted shows in what came later: days, sums over domains, bandwidth, top URLs. */
    @Test
    void figuresOfTheFirstVersionAreCarriedOver() throws Exception {
        DataSource database = TestDatabase.dataSource(TestDatabase.create());
        Flyway.configure()
                .dataSource(database)
                .locations("classpath:db/migration/log")
                .defaultSchema("log")
                .createSchemas(true)
                .target("1")
                .load()
                .migrate();
        JdbcClient jdbc = JdbcClient.create(database);
        jdbc.sql("SELECT log.ensure_month('2026-03-01')").query().listOfRows();
        for (String table : List.of("traffic_minute", "traffic_hour")) {
            for (String[] row : new String[][] {
                {"2026-03-04T05:00:00Z", "a.example", "0,3,1"},
                {"2026-03-04T06:00:00Z", "a.example", "0,2"},
                {"2026-03-04T06:00:00Z", "b.example", "7"},
                {"2026-03-05T00:00:00Z", "b.example", "1,1,1,1"}
            }) {
                jdbc.sql("INSERT INTO log." + table + " VALUES (:time::timestamptz, 'c', :domain, 'westusa', 10, 100,"
                                + " 1, 5, 50, 10, 0, 0, 0, 0, 5, 0, 0, 5, 0, 0, ('{' || :counts || '}')::bigint[])")
                        .param("time", row[0])
                        .param("domain", row[1])
                        .param("counts", row[2])
                        .update();
            }
        }
        jdbc.sql("INSERT INTO log.url_hour VALUES ('2026-03-04T05:00Z', 'c', 'a.example', '/x', 8, 80),"
                        + " ('2026-03-04T06:00Z', 'c', 'a.example', '/x', 1, 10),"
                        + " ('2026-03-04T06:00Z', 'c', 'b.example', '/y', 3, 30)")
                .update();
        TestDatabase.flyway(database).migrate();

        assertThat(jdbc.sql("SELECT domain, requests, first_byte::text FROM log.traffic_day ORDER BY time, domain")
                        .query((row, i) -> row.getString(1) + " " + row.getLong(2) + " " + row.getString(3))
                        .list())
                .containsExactly("a.example 20 {0,5,1}", "b.example 10 {7}", "b.example 10 {1,1,1,1}");
        TrafficQueries queries = new TrafficQueries(jdbc);
        TimeRange range = TimeRange.of("2026-03-04T00:00:00Z", "2026-03-06T00:00:00Z");
        TrafficQueries.Summary all = queries.summary("c", null, range, null, 0);
        assertThat(all.requests()).isEqualTo(40);
        assertThat(all.bytesOut()).isEqualTo(400);
        assertThat(queries.summary("c", "b.example", range, null, 0).requests()).isEqualTo(20);
        assertThat(jdbc.sql("SELECT sum(bytes_out) FROM log.bandwidth")
                        .query(Long.class)
                        .single())
                .isEqualTo(400);
        assertThat(jdbc.sql("SELECT keys::text || counts::text FROM log.top_day WHERE domain = ''")
                        .query(String.class)
                        .single())
                .isEqualTo("{\"a.example /x\",\"b.example /y\"}{9,3}");
    }

    /** As a log server does after it has migrated and before it counts anything. */
    @Test
    void entitiesAreValidatedAgainstWhatTheMigrationsMake() throws Exception {
        DataSource database = TestDatabase.dataSource(TestDatabase.create());
        TestDatabase.flyway(database).migrate();
        try (TestEntities entities = new TestEntities(database)) {
            entities.validate();
            JdbcClient.create(database)
                    .sql("ALTER TABLE log.statement RENAME p95_bytes TO p96_bytes")
                    .update();
            assertThatThrownBy(entities::validate).hasMessageContaining("p95_bytes");
        }
    }
}
