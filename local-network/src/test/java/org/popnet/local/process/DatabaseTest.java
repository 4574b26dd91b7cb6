package org.popnet.local.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatabaseTest {
    @TempDir
    Path directory;

    @Test
    void dataOutliveTheServerAndEachRoleSeesItsOwnSchemaOnly() throws Exception {
        try (Database database = start()) {
            try (Connection connection = connect(database, "log", "one");
                    Statement statement = connection.createStatement()) {
                statement.execute("CREATE TABLE kept (n int)");
                statement.execute("INSERT INTO kept VALUES (42)");
                assertThat(one(statement, "SHOW fsync")).isEqualTo("on");
                assertThat(one(statement, "SELECT schemaname FROM pg_tables WHERE tablename = 'kept'"))
                        .isEqualTo("log");
            }
            try (Connection connection = connect(database, "netview", "two");
                    Statement statement = connection.createStatement()) {
                assertThatThrownBy(() -> statement.execute("SELECT * FROM log.kept"))
                        .isInstanceOf(SQLException.class);
            }
            assertThat(database.process()).isPresent();
        }
        try (Database database = start();
                Connection connection = connect(database, "log", "one");
                Statement statement = connection.createStatement()) {
            assertThat(one(statement, "SELECT n FROM kept")).isEqualTo("42");
        }
    }

    private Database start() {
        return Database.start(
                Installation.find(),
                directory.resolve("postgresql"),
                directory.resolve("logs/postgresql.log"),
                0,
                Map.of("log", "one", "netview", "two"));
    }

    private static Connection connect(Database database, String role, String password) throws SQLException {
        return DriverManager.getConnection(
                "jdbc:postgresql://localhost:" + database.port() + "/popnet", role, password);
    }

    private static String one(Statement statement, String query) throws SQLException {
        try (ResultSet rows = statement.executeQuery(query)) {
            rows.next();
            return rows.getString(1);
        }
    }
}
