package org.popnet.log.billing;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.popnet.log.upkeep.Chore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes the oldest open month of each customer when its grace is over and everything up to its end has arrived; one
 * statement a transaction.
 */
final class Closing implements Chore {
    private static final Logger log = LoggerFactory.getLogger(Closing.class);

    private final Function<String, Optional<Instant>> dataUpTo;
    private final Duration grace;
    private final Duration lateMax;
    private final InstantSource clock;

    /** @param dataUpTo up to when everything of a customer has arrived */
    Closing(Function<String, Optional<Instant>> dataUpTo, Duration grace, Duration lateMax, InstantSource clock) {
        this.dataUpTo = dataUpTo;
        this.grace = grace;
        this.lateMax = lateMax;
        this.clock = clock;
    }

    @Override
    public String name() {
        return "billing";
    }

    @Override
    public Duration every() {
        return Duration.ofMinutes(10);
    }

    @Override
    public int isolation() {
        return Connection.TRANSACTION_REPEATABLE_READ;
    }

    @Override
    public boolean run(Connection connection) throws SQLException {
        for (String customer : customers(connection)) {
            StatementWriter statements = new StatementWriter(connection, customer);
            Optional<Month> month = statements.next();
            if (month.isPresent() && isOver(month.get())) {
                Optional<Instant> upTo = dataUpTo.apply(customer);
                if (upTo.isPresent() && !upTo.get().isBefore(month.get().end().toInstant())) {
                    statements.close(month.get(), clock.instant(), upTo.get(), false, lateMax);
                    log.info("{}: statement of {} closed", customer, month.get());
                    return true;
                }
            }
        }
        return false;
    }

    private boolean isOver(Month month) {
        return !month.end().toInstant().plus(grace).isAfter(clock.instant());
    }

    private static List<String> customers(Connection connection) throws SQLException {
        List<String> customers = new ArrayList<>();
        try (PreparedStatement select =
                        connection.prepareStatement("SELECT DISTINCT customer FROM log.sender ORDER BY customer");
                ResultSet rows = select.executeQuery()) {
            while (rows.next()) {
                customers.add(rows.getString(1));
            }
        }
        return customers;
    }

    /** One customer's month, closed because the operator says so, whatever may be missing. */
    Chore forced(String customer, Month month) {
        Closing normal = this;
        return new Chore() {
            @Override
            public String name() {
                return normal.name();
            }

            @Override
            public Duration every() {
                return normal.every();
            }

            @Override
            public int isolation() {
                return normal.isolation();
            }

            @Override
            public boolean run(Connection connection) throws SQLException {
                StatementWriter statements = new StatementWriter(connection, customer);
                if (statements.next().equals(Optional.of(month))) {
                    statements.close(
                            month, clock.instant(), dataUpTo.apply(customer).orElse(null), true, lateMax);
                    log.warn("{}: statement of {} closed by the operator", customer, month);
                }
                return false;
            }
        };
    }
}
