package org.popnet.log.upkeep;

import io.micrometer.core.instrument.MeterRegistry;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Runs chores one after the other on a thread of its own. Each transaction holds a PostgreSQL advisory lock of the
 * chore's name; where another log server has it, the chore is left to that one.
 */
public final class Upkeep implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(Upkeep.class);
    /** A statement of millions of sums takes longer than a question is waited for. */
    private static final int PATIENCE_MS = 600_000;
    /** Rounds of a chore that says there is more, before the others have their turn. */
    private static final int ROUNDS_MAX = 100;

    private final DataSource database;
    private final BooleanSupplier databaseReady;
    private final List<Chore> chores;
    private final MeterRegistry meters;
    private @Nullable ScheduledExecutorService timer;

    public Upkeep(DataSource database, BooleanSupplier databaseReady, List<Chore> chores, MeterRegistry meters) {
        this.database = database;
        this.databaseReady = databaseReady;
        this.chores = List.copyOf(chores);
        this.meters = meters;
    }

    @Override
    public void start() {
        ScheduledExecutorService started = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().name("log-upkeep").daemon().factory());
        timer = started;
        for (Chore chore : chores) {
            long ms = chore.every().toMillis();
            started.scheduleWithFixedDelay(() -> attempt(chore), Math.min(ms, 5_000), ms, TimeUnit.MILLISECONDS);
        }
    }

    private void attempt(Chore chore) {
        if (!databaseReady.getAsBoolean()) {
            return;
        }
        try {
            run(chore);
        } catch (SQLException | RuntimeException e) {
            meters.counter("popnet.log.upkeep.failures", "chore", chore.name()).increment();
            log.warn("{} failed and is tried again in {}: {}", chore.name(), chore.every(), e.getMessage());
        }
    }

    /**
     * Runs a chore now, if nobody else does.
     *
     * @return how often it ran
     */
    public int run(Chore chore) throws SQLException {
        int rounds = 0;
        for (boolean more = true; more && rounds < ROUNDS_MAX; ) {
            long start = System.nanoTime();
            try (Connection connection = database.getConnection()) {
                connection.setNetworkTimeout(Runnable::run, PATIENCE_MS); // the pool gives the next user its own again
                connection.setTransactionIsolation(chore.isolation());
                connection.setAutoCommit(false);
                try {
                    if (!isLocked(connection, chore.name())) {
                        connection.rollback();
                        return rounds;
                    }
                    more = chore.run(connection);
                    connection.commit();
                } catch (SQLException | RuntimeException e) {
                    connection.rollback();
                    throw e;
                }
            }
            rounds++;
            meters.timer("popnet.log.upkeep", "chore", chore.name())
                    .record(System.nanoTime() - start, TimeUnit.NANOSECONDS);
        }
        return rounds;
    }

    private static boolean isLocked(Connection connection, String name) throws SQLException {
        try (PreparedStatement lock =
                connection.prepareStatement("SELECT pg_try_advisory_xact_lock(hashtextextended('log.' || ?, 0))")) {
            lock.setString(1, name);
            try (ResultSet row = lock.executeQuery()) {
                return row.next() && row.getBoolean(1);
            }
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
