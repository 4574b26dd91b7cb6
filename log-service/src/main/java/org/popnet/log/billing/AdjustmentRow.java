package org.popnet.log.billing;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.Table;
import java.io.Serializable;
import java.time.LocalDate;
import java.time.YearMonth;
import org.hibernate.annotations.Immutable;

/** What is billed with a month of an earlier one, which was closed before it arrived. */
@Entity
@Immutable
@Table(schema = "log", name = "statement_adjustment")
@IdClass(AdjustmentRow.Key.class)
class AdjustmentRow {
    @Id
    String customer = "";

    @Id
    LocalDate month = LocalDate.EPOCH;

    @Id
    LocalDate ofMonth = LocalDate.EPOCH;

    @Id
    String domain = "";

    @Id
    String pop = "";

    long requests;
    long bytesOut;
    long bytesIn;

    record Key(String customer, LocalDate month, LocalDate ofMonth, String domain, String pop)
            implements Serializable {}

    /** All adjustments of a statement together. */
    record Total(LocalDate month, long requests, long bytesOut) {}

    Recount.Late late() {
        return new Recount.Late(YearMonth.from(ofMonth).toString(), domain, pop);
    }

    Usage usage() {
        return new Usage(requests, bytesOut, bytesIn, 0);
    }
}
