package org.popnet.local.process;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/**
 * A local network's PostgreSQL: data kept, fsync on, database {@code popnet} with a schema and a role of the same name
 * for each service that stores something. It stops when the process that started it ends. For development and demos.
 */
public final class Database implements AutoCloseable {
    public static final String NAME = "postgresql";
    /** The real network's port; test networks take a free one. */
    public static final int PORT = 15432;

    private static final Duration START_WAIT = Duration.ofSeconds(60);
    private static final Duration KILL_WAIT = Duration.ofSeconds(30);
    private static final String DATABASE = "popnet";
    private final EmbeddedPostgres postgres;
    private final Path data;

    private Database(EmbeddedPostgres postgres, Path data) {
        this.postgres = postgres;
        this.data = data;
    }

    /**
     * @param directory where data and log lie
     * @param port 0 for a free one
     * @param passwords by role
     * @throws StartException if PostgreSQL does not start
     */
    public static Database start(
            Installation installation, Path directory, Path log, int port, Map<String, String> passwords) {
        Path data = directory.resolve("data");
        try {
            Files.createDirectories(directory);
            Files.createDirectories(log.getParent());
            Files.createDirectories(installation.postgresPrograms());
            EmbeddedPostgres.Builder builder = EmbeddedPostgres.builder()
                    .setOverrideWorkingDirectory(installation.postgresPrograms().toFile())
                    .setDataDirectory(data)
                    .setCleanDataDirectory(false)
                    .setRegisterShutdownHook(false)
                    .setServerConfig("fsync", "on") // it passes -F, which the later setting overrides
                    .setServerConfig("full_page_writes", "on")
                    .setServerConfig("shared_buffers", "64MB")
                    .setServerConfig("max_connections", "60")
                    .setPGStartupWait(START_WAIT)
                    .setErrorRedirector(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .setOutputRedirector(ProcessBuilder.Redirect.appendTo(log.toFile()));
            if (port != 0) {
                builder.setPort(port);
            }
            Database database = new Database(builder.start(), data);
            try {
                database.createSchemas(passwords);
            } catch (SQLException e) {
                database.close();
                throw e;
            }
            return database;
        } catch (IOException | SQLException | IllegalStateException e) {
            throw new StartException(
                    "PostgreSQL did not start: " + e.getMessage() + ". Its log is " + log
                            + "; if this container forbids user namespaces, run as a user other than root",
                    e);
        }
    }

    public int port() {
        return postgres.getPort();
    }

    /** The server's own process, if it runs. */
    public Optional<ProcessHandle> process() {
        try {
            return Files.readString(data.resolve("postmaster.pid"))
                    .lines()
                    .findFirst()
                    .flatMap(pid -> ProcessHandle.of(Long.parseLong(pid.strip())))
                    .filter(ProcessHandle::isAlive);
        } catch (IOException | NumberFormatException e) {
            return Optional.empty();
        }
    }

    /**
     * SIGKILL to all its processes; returns when they are gone. The next start on these data recovers what was committed.
     *
     * @throws IllegalStateException if one does not end
     */
    public void kill() throws InterruptedException {
        List<ProcessHandle> all = process().stream()
                .flatMap(server -> Stream.concat(Stream.of(server), server.descendants()))
                .toList();
        all.forEach(ProcessHandle::destroyForcibly);
        try {
            for (ProcessHandle one : all) {
                one.onExit().get(KILL_WAIT.toSeconds(), TimeUnit.SECONDS);
            }
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("PostgreSQL was killed and did not end", e);
        }
        close(); // or the data stay locked in this process; it says that there is nothing left to stop
    }

    /** For tests that look into the tables. */
    public Connection connect() throws SQLException {
        return postgres.getDatabase("postgres", DATABASE).getConnection();
    }

    private void createSchemas(Map<String, String> passwords) throws SQLException {
        try (Connection connection = postgres.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            if (!exists(statement, "SELECT 1 FROM pg_database WHERE datname = '" + DATABASE + "'")) {
                statement.execute("CREATE DATABASE " + DATABASE);
            }
        }
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            for (Map.Entry<String, String> role : passwords.entrySet()) {
                String name = role.getKey();
                if (!exists(statement, "SELECT 1 FROM pg_roles WHERE rolname = '" + name + "'")) {
                    statement.execute("CREATE ROLE " + name + " LOGIN");
                }
                for (String sql : ofRole(name, role.getValue())) {
                    statement.execute(sql);
                }
            }
        }
    }

    private static List<String> ofRole(String name, String password) {
        return List.of(
                "ALTER ROLE " + name + " PASSWORD '" + password + "'",
                "CREATE SCHEMA IF NOT EXISTS " + name + " AUTHORIZATION " + name,
                "ALTER ROLE " + name + " IN DATABASE " + DATABASE + " SET search_path = " + name);
    }

    /**
     * The same roles and schemas, for a new and empty database {@code popnet} of a PostgreSQL that somebody else starts.
     *
     * @param passwords by role
     */
    public static String script(Map<String, String> passwords) {
        StringBuilder script = new StringBuilder();
        new TreeMap<>(passwords).forEach((name, password) -> {
            script.append("CREATE ROLE ").append(name).append(" LOGIN;\n\n");
            ofRole(name, password).forEach(sql -> script.append(sql).append(";\n\n"));
        });
        return script.toString();
    }

    private static boolean exists(Statement statement, String query) throws SQLException {
        try (ResultSet rows = statement.executeQuery(query)) {
            return rows.next();
        }
    }

    @Override
    public void close() {
        try {
            postgres.close();
        } catch (IOException e) {
            throw new IllegalStateException("PostgreSQL did not stop", e);
        }
    }
}
