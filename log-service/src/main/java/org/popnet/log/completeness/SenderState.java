package org.popnet.log.completeness;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.Table;
import java.io.Serializable;
import java.time.Instant;
import org.hibernate.annotations.Immutable;
import org.jspecify.annotations.Nullable;

/** What has arrived of one spool: a row of the view {@code log.sender_state}. */
@Entity
@Immutable
@Table(schema = "log", name = "sender_state")
@IdClass(SenderState.Key.class)
class SenderState {
    @Id
    String node = "";

    @Id
    long spool;

    String customer = "";
    long newestBatch;
    long records;
    long bytesOut;
    long rejected;

    @Nullable Instant completeAt;

    Instant firstSeen = Instant.EPOCH;
    Instant lastReceived = Instant.EPOCH;
    /** The batch up to which none is missing. */
    long completeTo;
    /** Missing batch numbers as PostgreSQL writes ranges: {@code {[5,7)}} is 5 and 6. */
    String missing = "{}";
    /** Records that the sender had no room for. */
    long lost;

    @Nullable Instant lostFrom;

    @Nullable Instant lostTo;

    boolean hasLostOf(Instant from, Instant to) {
        return lostFrom != null && lostTo != null && lostFrom.isBefore(to) && !lostTo.isBefore(from);
    }

    boolean isComplete() {
        return completeTo >= newestBatch;
    }

    /** Identifies a spool. */
    record Key(String node, long spool) implements Serializable {}
}
