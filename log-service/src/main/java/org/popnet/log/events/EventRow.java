package org.popnet.log.events;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import org.hibernate.annotations.Immutable;
import org.jspecify.annotations.Nullable;

/** What a node reported: a row of {@code log.event}. It is written by {@link EventStore} alone. */
@Entity
@Immutable
@Table(schema = "log", name = "event")
class EventRow {
    @Id
    long id;

    Instant time = Instant.EPOCH;
    String customer = "";
    String node = "";
    String kind = "";
    String subject = "";
    String reason = "";

    @Nullable String detail;

    long micros;

    EventController.Event event() {
        return new EventController.Event(time, node, kind, subject, reason, detail, micros);
    }
}
