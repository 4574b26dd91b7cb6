package org.popnet.log.upkeep;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;

/** Something to be done now and then. It runs in a transaction that nobody else's of the same name runs beside. */
public interface Chore {
    /** Identifies it over all log servers. */
    String name();

    Duration every();

    /** Of its transactions, as {@link Connection} names them. */
    default int isolation() {
        return Connection.TRANSACTION_READ_COMMITTED;
    }

    /**
     * Does some of it; what it did is committed if it returns.
     *
     * @return whether to call it again at once, in a new transaction
     */
    boolean run(Connection connection) throws SQLException;
}
