package org.popnet.log.upkeep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.popnet.log.TestDatabase;

class UpkeepTest {
    /** A statement of millions of sums, on a connection of the pool whose questions are given up after a second. */
    @Test
    void aChoreMayTakeLongerThanAQuestion() throws Exception {
        try (HikariDataSource pool = new HikariDataSource()) {
            pool.setJdbcUrl(TestDatabase.create());
            pool.setMaximumPoolSize(1);
            pool.addDataSourceProperty("socketTimeout", "1");
            Upkeep upkeep = new Upkeep(pool, () -> true, List.of(), new SimpleMeterRegistry());
            assertThat(upkeep.run(new Slow())).isEqualTo(1);
            try (Connection question = pool.getConnection()) {
                assertThatThrownBy(() -> sleep(question)).isInstanceOf(SQLException.class);
            }
        }
    }

    private static void sleep(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("SELECT pg_sleep(3)");
        }
    }

    private static final class Slow implements Chore {
        @Override
        public String name() {
            return "slow";
        }

        @Override
        public Duration every() {
            return Duration.ofHours(1);
        }

        @Override
        public boolean run(Connection connection) throws SQLException {
            sleep(connection);
            return false;
        }
    }
}
