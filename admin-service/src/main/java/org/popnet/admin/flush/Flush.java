package org.popnet.admin.flush;

import jakarta.persistence.Column;
import jakarta.persistence.EmbeddedId;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Table;
import java.time.Instant;
import org.popnet.platform.flush.FlushOrder;

/** A flush that somebody asked for: what, who and when. It never changes. */
@Entity
@Table(name = "flush")
class Flush {
    @EmbeddedId
    private FlushId id;

    @Enumerated(EnumType.STRING)
    @Column(length = 8)
    private FlushOrder.Kind kind;

    private String value;

    @Column(name = "requested_by")
    private String requestedBy;

    @Column(name = "requested_via")
    private String requestedVia;

    @Column(name = "requested_at")
    private Instant requestedAt;

    @SuppressWarnings("NullAway.Init") // JPA fills it
    protected Flush() {}

    Flush(FlushOrder order, String requestedBy, String requestedVia, Instant requestedAt) {
        this.id = new FlushId(order.site(), order.number());
        this.kind = order.kind();
        this.value = order.value();
        this.requestedBy = requestedBy;
        this.requestedVia = requestedVia;
        this.requestedAt = requestedAt;
    }

    FlushId id() {
        return id;
    }

    FlushOrder order() {
        return new FlushOrder(id.site(), id.number(), kind, value);
    }

    /** The person, as the console or the command line names them. */
    String requestedBy() {
        return requestedBy;
    }

    /** The certificate that the request came with. */
    String requestedVia() {
        return requestedVia;
    }

    Instant requestedAt() {
        return requestedAt;
    }
}
