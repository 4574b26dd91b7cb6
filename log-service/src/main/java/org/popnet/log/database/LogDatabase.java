package org.popnet.log.database;

import java.sql.Connection;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.SmartLifecycle;

/**
 * Brings the schema up to date as soon as the database answers, tries again until it does, and makes partitions ahead of
 * time. Until then nothing is written or acknowledged; everything else runs.
 */
public final class LogDatabase implements SmartLifecycle, HealthIndicator {
    private static final Logger log = LoggerFactory.getLogger(LogDatabase.class);
    private static final Duration RETRY = Duration.ofSeconds(1);
    private static final Duration AHEAD = Duration.ofHours(6);

    private final DataSource database;
    private final Flyway flyway;
    private final Recovery recovery;
    private volatile boolean ready;
    private volatile @Nullable String problem = "not yet tried";
    private @Nullable ScheduledExecutorService timer;

    /** What must happen once between the first answer of the database and the first write. */
    @FunctionalInterface
    public interface Recovery {
        void run(Connection connection) throws Exception;
    }

    public LogDatabase(DataSource database, Flyway flyway, Recovery recovery) {
        this.database = database;
        this.flyway = flyway;
        this.recovery = recovery;
    }

    /** With the migrations of this module, for whoever puts a log server together without Spring. */
    public static LogDatabase migrated(DataSource database, Recovery recovery) {
        Flyway flyway = Flyway.configure()
                .dataSource(database)
                .locations("classpath:db/migration/log")
                .defaultSchema("log")
                .createSchemas(true)
                .load();
        return new LogDatabase(database, flyway, recovery);
    }

    /** Whether the schema is there; whether the database answers right now shows when it is asked. */
    public boolean isReady() {
        return ready;
    }

    @Override
    public void start() {
        ScheduledExecutorService started = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().name("log-database").daemon().factory());
        timer = started;
        started.scheduleWithFixedDelay(this::prepare, 0, RETRY.toMillis(), TimeUnit.MILLISECONDS);
        started.scheduleWithFixedDelay(this::makePartitions, AHEAD.toMillis(), AHEAD.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void prepare() {
        if (ready) {
            return;
        }
        try {
            flyway.migrate();
            try (Connection connection = database.getConnection()) {
                recovery.run(connection);
            }
            problem = null;
            ready = true;
            log.info("database is ready");
        } catch (Exception e) {
            String message = String.valueOf(e.getMessage());
            if (!message.equals(problem)) {
                log.warn("database is not ready, tried again every second; senders keep their logs: {}", message);
            }
            problem = message;
        }
    }

    private void makePartitions() {
        if (!ready) {
            return;
        }
        try (Connection connection = database.getConnection();
                var ahead = connection.prepareStatement(
                        "SELECT log.ensure_month(now() + make_interval(months => m)) FROM generate_series(0, 2) AS m")) {
            ahead.execute();
        } catch (Exception e) {
            log.warn("partitions were not made ahead, they are made when needed: {}", e.getMessage());
        }
    }

    @Override
    public Health health() {
        if (!ready) {
            return Health.down()
                    .withDetail("postgresql", String.valueOf(problem))
                    .build();
        }
        try (Connection connection = database.getConnection()) {
            return connection.isValid(1)
                    ? Health.up().build()
                    : Health.down().withDetail("postgresql", "does not answer").build();
        } catch (Exception e) {
            return Health.down()
                    .withDetail("postgresql", String.valueOf(e.getMessage()))
                    .build();
        }
    }

    @Override
    public void stop() {
        ScheduledExecutorService running = timer;
        if (running != null) {
            running.shutdownNow();
            timer = null;
        }
    }

    @Override
    public boolean isRunning() {
        return timer != null;
    }
}
