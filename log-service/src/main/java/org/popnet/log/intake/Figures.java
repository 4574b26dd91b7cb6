package org.popnet.log.intake;

import java.sql.Connection;
import java.sql.SQLException;
import org.popnet.log.database.Partitions;
import org.popnet.log.events.EventStore;
import org.popnet.log.queries.QueryStore;
import org.popnet.log.traffic.AggregateStore;

/** Where the sums of a transaction go. For one thread. */
final class Figures {
    private final AggregateStore traffic;
    private final Partitions partitions = new Partitions();
    private final QueryStore queries = new QueryStore(partitions);
    private final EventStore events;

    Figures(AggregateStore traffic, LogSettings settings) {
        this.traffic = traffic;
        this.events = new EventStore(partitions, settings.eventsPerHour());
    }

    void add(Connection connection, Addition addition) throws SQLException {
        traffic.add(connection, addition.traffic());
        queries.add(connection, addition.queries());
        events.add(connection, addition.events());
    }

    /** The transaction failed: what it made is not there. */
    void abandon() {
        traffic.abandon();
        partitions.abandon();
    }
}
