package org.popnet.log.events;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.Table;
import java.io.Serializable;
import java.time.Instant;
import org.hibernate.annotations.Immutable;

/** How many events of a kind there were in an hour, whether or not they were kept. */
@Entity
@Immutable
@Table(schema = "log", name = "event_hour")
@IdClass(EventHourRow.Key.class)
class EventHourRow {
    @Id
    String customer = "";

    @Id
    Instant time = Instant.EPOCH;

    @Id
    String kind = "";

    long events;

    record Key(String customer, Instant time, String kind) implements Serializable {}
}
