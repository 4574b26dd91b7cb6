package org.popnet.log.events;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.Limit;
import org.springframework.data.jpa.repository.Query;
import org.springframework.data.repository.Repository;

interface EventHourRows extends Repository<EventHourRow, EventHourRow.Key> {
    /** The most frequent kind first. */
    @Query("""
            SELECT new org.popnet.log.events.EventController$Count(h.kind, sum(h.events)) FROM EventHourRow h
            WHERE h.customer = :customer AND h.time >= :from AND h.time < :to
              AND (cast(:kind AS String) IS NULL OR h.kind = :kind)
            GROUP BY h.kind ORDER BY sum(h.events) DESC, h.kind""")
    List<EventController.Count> counts(String customer, Instant from, Instant to, @Nullable String kind, Limit limit);
}
