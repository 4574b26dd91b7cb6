package org.popnet.scenario.database;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.popnet.local.testing.Requires;
import org.testcontainers.postgresql.PostgreSQLContainer;

/** Every service's migrations on the official image, each as its own role in its own schema. */
@Tag("process")
@Requires("docker")
class OfficialPostgresTest {
    private static final Map<String, String> MODULES =
            Map.of("log", "log-service", "admin", "admin-service", "netview", "netview-console");

    @Test
    void migrationsApplyAndNoServiceReachesAnothersTables() throws SQLException {
        try (PostgreSQLContainer postgres = new PostgreSQLContainer("postgres:18").withDatabaseName("popnet")) {
            postgres.start();
            try (Connection owner = connect(postgres, postgres.getUsername(), postgres.getPassword());
                    Statement statement = owner.createStatement()) {
                for (String service : MODULES.keySet()) {
                    statement.execute("CREATE ROLE " + service + " LOGIN PASSWORD 'secret'");
                    statement.execute("CREATE SCHEMA " + service + " AUTHORIZATION " + service);
                }
            }
            MODULES.forEach((service, module) -> migrate(postgres, service, module));

            try (Connection log = connect(postgres, "log", "secret");
                    Statement statement = log.createStatement();
                    ResultSet version = statement.executeQuery("SHOW server_version_num")) {
                version.next();
                assertThat(version.getInt(1)).isGreaterThanOrEqualTo(180_000);
                for (String foreign : new String[] {"admin", "netview"}) {
                    assertThat(org.assertj.core.api.Assertions.catchThrowableOfType(
                                            SQLException.class,
                                            () -> statement.executeQuery(
                                                    "SELECT * FROM " + foreign + ".flyway_schema_history"))
                                    .getMessage())
                            .contains("permission denied");
                }
            }
        }
    }

    private static void migrate(PostgreSQLContainer postgres, String service, String module) {
        Path migrations = Path.of("..", module, "src/main/resources/db/migration", service);
        int applied = Flyway.configure()
                .dataSource(postgres.getJdbcUrl(), service, "secret")
                .locations("filesystem:" + migrations)
                .defaultSchema(service)
                .load()
                .migrate()
                .migrationsExecuted;
        assertThat(applied).as(service).isPositive();
    }

    private static Connection connect(PostgreSQLContainer postgres, String user, String password) throws SQLException {
        return DriverManager.getConnection(postgres.getJdbcUrl(), user, password);
    }
}
