package org.popnet.log.billing;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.Table;
import java.io.Serializable;
import java.time.LocalDate;
import org.hibernate.annotations.Immutable;

/** A part of a closed statement; an empty domain or POP stands for all. */
@Entity
@Immutable
@Table(schema = "log", name = "statement_line")
@IdClass(LineRow.Key.class)
class LineRow {
    @Id
    String customer = "";

    @Id
    LocalDate month = LocalDate.EPOCH;

    @Id
    String domain = "";

    @Id
    String pop = "";

    long requests;
    long bytesOut;
    long bytesIn;
    long p95Bytes;

    record Key(String customer, LocalDate month, String domain, String pop) implements Serializable {}

    Recount.Part part() {
        return new Recount.Part(domain, pop);
    }

    Usage usage() {
        return new Usage(requests, bytesOut, bytesIn, p95Bytes);
    }
}
