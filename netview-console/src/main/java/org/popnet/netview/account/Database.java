package org.popnet.netview.account;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.jspecify.annotations.Nullable;
import org.popnet.netview.NetViewSettings;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.flyway.autoconfigure.FlywayMigrationStrategy;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;

/**
 * Brings the console's schema up to date and puts the first users in, as soon as PostgreSQL answers. The console starts
 * without waiting for it, says so on its pages, and counts as unwell until then.
 */
@Component("database")
class Database implements SmartLifecycle, HealthIndicator {
    private static final Logger LOG = LoggerFactory.getLogger(Database.class);
    private static final int RETRY_SECONDS = 1;

    private final Flyway flyway;
    private final Users users;
    private final NetViewSettings settings;
    private volatile @Nullable ScheduledExecutorService tries;
    private volatile boolean ready;
    private volatile String problem = "not tried yet";

    Database(Flyway flyway, Users users, NetViewSettings settings) {
        this.flyway = flyway;
        this.users = users;
        this.settings = settings;
    }

    @Override
    public void start() {
        ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().daemon().name("database").factory());
        tries = executor;
        executor.scheduleWithFixedDelay(() -> attempt(executor), 0, RETRY_SECONDS, TimeUnit.SECONDS);
    }

    private void attempt(ScheduledExecutorService executor) {
        try {
            flyway.migrate();
            addFirstUsers();
            ready = true;
            executor.shutdown();
        } catch (FlywayException | DataAccessException | TransactionException e) {
            tell("PostgreSQL does not answer, nobody can sign in: " + rootMessage(e));
        } catch (IOException | IllegalArgumentException e) {
            tell("no users: " + e.getMessage());
        } catch (RuntimeException e) {
            tell("the database cannot be prepared: " + e);
            LOG.error("the database cannot be prepared", e);
        }
    }

    private void addFirstUsers() throws IOException {
        if (!users.none()) {
            return;
        }
        Path file = settings.bootstrapUsers();
        if (file == null) {
            LOG.warn("the console has no users, and popnet.netview.bootstrap-users names no file with the first ones:"
                    + " nobody can sign in");
            return;
        }
        List<BootstrapUsers.Entry> entries = BootstrapUsers.read(file);
        users.add(entries);
        LOG.info("{} first users taken from {}", entries.size(), file);
    }

    private void tell(String what) {
        if (!what.equals(problem)) {
            LOG.warn("{}; trying again every {} s", what, RETRY_SECONDS);
        }
        problem = what;
    }

    private static String rootMessage(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return String.valueOf(root.getMessage()).lines().findFirst().orElse("");
    }

    @Override
    public Health health() {
        return ready
                ? Health.up().build()
                : Health.down().withDetail("problem", problem).build();
    }

    @Override
    public void stop() {
        ScheduledExecutorService executor = tries;
        if (executor != null) {
            executor.shutdownNow();
        }
        tries = null;
    }

    @Override
    public boolean isRunning() {
        return tries != null;
    }

    @Configuration(proxyBeanMethods = false)
    static class Wiring {
        /** Spring Boot migrates while it starts, and fails when it cannot; this class does it later. */
        @Bean
        FlywayMigrationStrategy notWhileStarting() {
            return flyway -> {};
        }
    }
}
