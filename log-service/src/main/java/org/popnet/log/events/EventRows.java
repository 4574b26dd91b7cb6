package org.popnet.log.events;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.Limit;
import org.springframework.data.jpa.repository.Query;
import org.springframework.data.repository.Repository;

interface EventRows extends Repository<EventRow, Long> {
    /** The newest first. */
    @Query("""
            SELECT e FROM EventRow e WHERE e.customer = :customer AND e.time >= :from AND e.time < :to
              AND (cast(:kind AS String) IS NULL OR e.kind = :kind)
            ORDER BY e.time DESC, e.id DESC""")
    List<EventRow> newest(String customer, Instant from, Instant to, @Nullable String kind, Limit limit);
}
