package org.popnet.admin.flush;

import jakarta.persistence.Column;
import jakarta.persistence.EmbeddedId;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Table;

/** What one node said to a flush. */
@Entity
@Table(name = "flush_receipt")
class Receipt {
    static final int DETAIL_MAX = 500;

    /** How far a node is with a flush. */
    enum State {
        /** not answered yet */
        PENDING,
        /** applied, durably */
        DONE,
        /** the last attempt failed; there will be others */
        FAILED
    }

    @EmbeddedId
    private ReceiptId id;

    private String service;

    @Enumerated(EnumType.STRING)
    @Column(length = 8)
    private State state = State.PENDING;

    private long objects;

    @Column(name = "took_ms")
    private long tookMs;

    private String detail = "";

    @SuppressWarnings("NullAway.Init") // JPA fills it
    protected Receipt() {}

    Receipt(ReceiptId id, String service) {
        this.id = id;
        this.service = service;
    }

    ReceiptId id() {
        return id;
    }

    String service() {
        return service;
    }

    State state() {
        return state;
    }

    long objects() {
        return objects;
    }

    long tookMs() {
        return tookMs;
    }

    String detail() {
        return detail;
    }
}
