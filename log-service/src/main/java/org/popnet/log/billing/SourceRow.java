package org.popnet.log.billing;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.Table;
import java.io.Serializable;
import java.time.LocalDate;
import org.hibernate.annotations.Immutable;

/** A part of a raw file that a statement was made of. */
@Entity
@Immutable
@Table(schema = "log", name = "statement_source")
@IdClass(SourceRow.Key.class)
class SourceRow {
    @Id
    String customer = "";

    @Id
    LocalDate month = LocalDate.EPOCH;

    @Id
    String server = "";

    @Id
    String path = "";

    long fromBytes;
    long toBytes;

    record Key(String customer, LocalDate month, String server, String path) implements Serializable {}
}
