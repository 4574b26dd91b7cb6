package org.popnet.log.billing;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.Table;
import java.io.Serializable;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import org.hibernate.annotations.Immutable;
import org.jspecify.annotations.Nullable;

/** A closed statement: a row of {@code log.statement}. It is written by {@link StatementWriter} alone. */
@Entity
@Immutable
@Table(schema = "log", name = "statement")
@IdClass(StatementRow.Key.class)
class StatementRow {
    @Id
    String customer = "";

    /** By its first day. */
    @Id
    LocalDate month = LocalDate.EPOCH;

    Instant closedAt = Instant.EPOCH;

    @Nullable Instant dataUpTo;

    boolean forced;
    long requests;
    long bytesOut;
    long bytesIn;
    long p95Bytes;

    record Key(String customer, LocalDate month) implements Serializable {}

    Statements.Head head(long lateRequests, long lateBytesOut) {
        return new Statements.Head(
                customer,
                YearMonth.from(month).toString(),
                "CLOSED",
                closedAt,
                dataUpTo,
                forced,
                requests,
                bytesOut,
                bytesIn,
                new Usage(requests, bytesOut, bytesIn, p95Bytes).p95BitsPerSecond(),
                lateRequests,
                lateBytesOut);
    }
}
